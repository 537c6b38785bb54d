using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>What a <see cref="PagerRequest"/> asks for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PagerOperation>))]
public enum PagerOperation
{
    /// <summary>Only an answer: the pager lives.</summary>
    Ping,

    /// <summary>Makes memory ready to be served.</summary>
    Open,

    /// <summary>Brings all of an image into memory; answered when it is there.</summary>
    Warm,

    /// <summary>Expects one clone and gives it a socket.</summary>
    Start,

    /// <summary>The clone did what it was started for: what it touched until now is its working set.</summary>
    Settle,

    /// <summary>Figures of a start, of an image, or of all.</summary>
    Stats,

    /// <summary>Ends a start, or an image that nobody needs any more.</summary>
    Close,
}
