using System.Text;

namespace Anyformer.Torch.Printing;

/// <summary>
/// Writes a tensor as PyTorch's <c>repr</c> does with its default options: four digits, three edge items of each dimension beyond a
/// thousand elements, 80 columns.
/// </summary>
internal static class TensorPrinter
{
    internal const int LineWidth = 80;
    private const string Prefix = "tensor(";

    internal static string Print(Tensor tensor)
    {
        using var scope = new TensorScope();
        using var recording = Autograd.NoGrad();
        var isSparse = tensor.Layout == Layout.Sparse;
        var contents = isSparse ? SparseContents(tensor) : TensorContents.Write(tensor, Prefix.Length);
        return Join(Prefix + contents, Suffixes(tensor), ownLine: isSparse);
    }

    private static string SparseContents(Tensor tensor)
    {
        var indices = SparsePart("indices=tensor(", tensor.SparseIndices());
        var values = SparsePart("values=tensor(", tensor.SparseValues());
        return $"{indices},\n{new string(' ', Prefix.Length)}{values}";
    }

    private static string SparsePart(string opening, Tensor part)
    {
        var size = part.ElementCount == 0 ? $", size={Tuple(part.Shape)}" : "";
        return $"{opening}{TensorContents.Write(part.Detach(), Prefix.Length + opening.Length)}{size})";
    }

    private static IEnumerable<string> Suffixes(Tensor tensor)
    {
        var isSparse = tensor.Layout == Layout.Sparse;
        var isEmpty = tensor.ElementCount == 0 && !isSparse;
        if (tensor.Device.Type != DeviceType.Cpu)
            yield return $"device='{tensor.Device}'";
        if (isSparse || (isEmpty && tensor.Dimensions != 1))
            yield return $"size={Tuple(tensor.Shape)}";
        if (isSparse)
            yield return $"nnz={tensor.SparseCount()}";
        if (!IsEvident(tensor.DType, isEmpty))
            yield return $"dtype=torch.{tensor.DType.ToString().ToLowerInvariant()}";
        if (isSparse)
            yield return "layout=torch.sparse_coo";
        if (tensor.GradFunction is { } function)
            yield return $"grad_fn=<{function}>";
        else if (tensor.RequiresGrad)
            yield return "requires_grad=True";
    }

    /// <summary>True for types that the elements give away; where there is none, only the default type goes without saying.</summary>
    private static bool IsEvident(DType dtype, bool isEmpty) => isEmpty
        ? dtype == DType.Float32
        : dtype is DType.Float32 or DType.Complex64 or DType.Int64 or DType.Bool;

    private static string Tuple(long[] shape) => shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";

    private static string Join(string contents, IEnumerable<string> suffixes, bool ownLine)
    {
        var text = new StringBuilder(contents);
        var column = contents.Length - contents.LastIndexOf('\n') + 1;
        foreach (var suffix in suffixes)
        {
            var breaks = ownLine || column + suffix.Length + 2 > LineWidth;
            text.Append(breaks ? ",\n" + new string(' ', Prefix.Length) : ", ").Append(suffix);
            column = (breaks ? Prefix.Length : column + 2) + suffix.Length;
            ownLine = false;
        }

        return text.Append(')').ToString();
    }
}
