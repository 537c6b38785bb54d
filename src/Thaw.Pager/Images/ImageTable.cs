namespace Thaw.Pager.Images;

/// <summary>The images of all layers that anybody uses: one for each layer, given back with its last user.</summary>
internal sealed class ImageTable
{
    // Guards the table; a leaf lock.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LayerImage Image, int Users)> _images = new(StringComparer.Ordinal);

    /// <summary>A layer's image, new or shared; to be given back once.</summary>
    /// <exception cref="Linux.LinuxException">No memory, or no userfaultfd.</exception>
    internal LayerImage Take(string layer, uint pageCount)
    {
        // Memory of another size is another image, whatever it is called.
        string key = $"{layer}#{pageCount}";
        lock (_lock)
        {
            (LayerImage Image, int Users) entry =
                _images.TryGetValue(key, out (LayerImage Image, int Users) found)
                    ? found
                    : (new LayerImage(layer, pageCount), 0);
            _images[key] = (entry.Image, entry.Users + 1);
            return entry.Image;
        }
    }

    /// <summary>Gives an image back.</summary>
    internal void Return(LayerImage image)
    {
        string key = $"{image.Layer}#{image.PageCount}";
        lock (_lock)
        {
            (_, int users) = _images[key];
            if (users > 1)
            {
                _images[key] = (image, users - 1);
                return;
            }
            _images.Remove(key);
        }
        image.Dispose();
    }
}
