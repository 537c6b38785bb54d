namespace Thaw.Worker.Checks;

/// <summary>A secret as it may be written somewhere.</summary>
/// <param name="Name">The secret's name.</param>
/// <param name="Form">How it is written.</param>
/// <param name="Bytes">The bytes to look for.</param>
internal sealed record SecretPattern(string Name, string Form, byte[] Bytes);
