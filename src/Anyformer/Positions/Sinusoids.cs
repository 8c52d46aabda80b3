using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The fixed waves that tell positions apart (Vaswani et al. 2017, arXiv 1706.03762, section 3.5).</summary>
public static class Sinusoids
{
    /// <summary>
    /// (positions, width): <c>[p, 2i] = sin(p w_i)</c>, <c>[p, 2i+1] = cos(p w_i)</c> with <c>w_i = 10000^(-2i / width)</c>; an odd width ends on a sine.
    /// </summary>
    public static Tensor Interleaved(int positions, int width)
    {
        var table = new float[positions * width];
        for (var channel = 0; channel < width; channel++)
        {
            // In single precision as the reference computes it: at position 5000 the rounding of the frequency shows.
            var frequency = MathF.Exp((channel & ~1) * (float)(-Math.Log(10000.0) / width));
            for (var position = 0; position < positions; position++)
            {
                var angle = position * frequency;
                table[position * width + channel] = (channel & 1) == 0 ? MathF.Sin(angle) : MathF.Cos(angle);
            }
        }

        return Tensor.From(table, positions, width);
    }
}
