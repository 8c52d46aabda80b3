using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Merging;

/// <summary>
/// Of every token of one group the token of another that is most like it, by the cosine of the angle between them: the first where several are. A table of
/// all pairs is never held. No gradient is recorded.
/// </summary>
internal static unsafe class BestPartners
{
    /// <summary>Numbers of partners are kept in the lanes of scores, which are exact so far.</summary>
    private const long MostAnswering = 1 << 24;

    /// <summary>The scores of the best, and which they are, both (batch, asking).</summary>
    /// <param name="asking">(batch, asking, width).</param>
    /// <param name="answering">(batch, answering, width), at least one.</param>
    /// <param name="registers">Bits of the registers to use; null for the widest that this machine is fast at.</param>
    internal static (Tensor Scores, Tensor Partners) Of(Tensor asking, Tensor answering, int? registers = null)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        if (!Takes(asking, answering))
            return scope.Keep(Compose(asking, answering));
        var (scores, partners) = (Functional.Empty(asking.Shape[..2], asking.DType), Functional.Empty(asking.Shape[..2], DType.Int64));
        if (asking.DType == DType.Float32)
            Find<float>(asking, answering, scores, partners, registers ?? Registers.Widest);
        else
            Find<double>(asking, answering, scores, partners, registers ?? Registers.Widest);
        return scope.Keep((scores, partners));
    }

    /// <summary>The same as a composition of operators: for any device and type, and the reference of the kernel.</summary>
    internal static (Tensor Scores, Tensor Partners) Compose(Tensor asking, Tensor answering) =>
        Unit(asking).MatMul(Unit(answering).Transpose(1, 2)).Max(-1);

    /// <summary>Vectors of length one, so that products are cosines.</summary>
    private static Tensor Unit(Tensor tokens) => tokens / tokens.Norm(2, [-1], keepdim: true);

    private static bool Takes(Tensor asking, Tensor answering) =>
        asking.Device.Type == DeviceType.Cpu && asking.DType is DType.Float32 or DType.Float64 && answering.DType == asking.DType
        && asking.ElementCount > 0 && answering.ElementCount > 0 && answering.Size(1) <= MostAnswering;

    private static void Find<T>(Tensor asking, Tensor answering, Tensor scores, Tensor partners, int registers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (from, to) = (Readable(asking), Readable(answering));
        var found = new FoundPartners<T>((T*)scores.DataPointer, (long*)partners.DataPointer);
        switch (registers)
        {
            case 512:
                new PartnerPass<T, Vector512<T>, Lanes512<T>>(new Rows<T>(from), new Rows<T>(to), found).Run((int)asking.Size(0));
                break;
            case 256:
                new PartnerPass<T, Vector256<T>, Lanes256<T>>(new Rows<T>(from), new Rows<T>(to), found).Run((int)asking.Size(0));
                break;
            default:
                new PartnerPass<T, Vector128<T>, Lanes128<T>>(new Rows<T>(from), new Rows<T>(to), found).Run((int)asking.Size(0));
                break;
        }

        GC.KeepAlive((from, to));
    }

    /// <summary>The tokens as those of one head, whose rows can be read by address.</summary>
    private static Tensor Readable(Tensor tokens)
    {
        var heads = tokens.Unsqueeze(1);
        return Rows<float>.Takes(heads) ? heads : heads.Contiguous();
    }
}
