namespace Anyformer.Torch.Printing;

/// <summary>The brackets and elements of a dense tensor.</summary>
internal sealed class TensorContents
{
    private const int MostElements = 1000;
    private const int EdgeItems = 3;

    private readonly string[] _elements;
    private readonly int _elementWidth;
    private readonly long[] _shape;
    private readonly bool[] _isCut;

    private TensorContents(Tensor tensor)
    {
        var summarize = tensor.ElementCount > MostElements;
        _isCut = Array.ConvertAll(tensor.Shape, size => summarize && size > 2 * EdgeItems);
        var shown = Edges(tensor);
        _shape = shown.Shape;
        (_elements, _elementWidth) = ElementText.Write(shown);
    }

    /// <summary>The text of <paramref name="tensor"/>, of which the first line starts at column <paramref name="indent"/>.</summary>
    internal static string Write(Tensor tensor, int indent) =>
        tensor.ElementCount == 0 ? "[]" : new TensorContents(tensor).Write(dimension: 0, first: 0, indent);

    private Tensor Edges(Tensor tensor)
    {
        for (var dimension = 0; dimension < _isCut.Length; dimension++)
        {
            if (!_isCut[dimension])
                continue;
            var start = tensor.Narrow(dimension, 0, EdgeItems);
            var end = tensor.Narrow(dimension, tensor.Size(dimension) - EdgeItems, EdgeItems);
            tensor = Functional.Cat([start, end], dimension);
        }

        return tensor;
    }

    /// <summary>The dimensions from <paramref name="dimension"/> on, starting at element <paramref name="first"/>.</summary>
    private string Write(int dimension, int first, int indent)
    {
        if (dimension == _shape.Length)
            return _elements[first];
        return dimension == _shape.Length - 1 ? WriteRow(first, indent) : WriteSlices(dimension, first, indent);
    }

    private string WriteSlices(int dimension, int first, int indent)
    {
        var step = 1;
        foreach (var size in _shape.AsSpan(dimension + 1))
            step *= (int)size;
        var slices = new List<string>();
        for (var i = 0; i < _shape[dimension]; i++)
            slices.Add(Write(dimension + 1, first + (i * step), indent + 1));
        if (_isCut[dimension])
            slices.Insert(EdgeItems, "...");
        var separator = "," + new string('\n', _shape.Length - dimension - 1) + new string(' ', indent + 1);
        return $"[{string.Join(separator, slices)}]";
    }

    private string WriteRow(int first, int indent)
    {
        var items = _elements.AsSpan(first, (int)_shape[^1]).ToArray().ToList();
        if (_isCut[^1])
            items.Insert(EdgeItems, " ...");
        const int separatorLength = 2;
        var itemsOfLine = Math.Max(1, (TensorPrinter.LineWidth - indent) / (_elementWidth + separatorLength));
        var lines = items.Chunk(itemsOfLine).Select(line => string.Join(", ", line));
        return $"[{string.Join(",\n" + new string(' ', indent + 1), lines)}]";
    }
}
