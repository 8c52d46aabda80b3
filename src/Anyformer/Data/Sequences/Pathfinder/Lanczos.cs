namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>Lanczos' filter with three lobes, stretched to halve a picture, its values cut to 0 to 1.</summary>
internal static class Lanczos
{
    private const int Reach = 6;

    private static readonly float[] s_weights = Weights();

    /// <summary>A picture with half the columns, turned over its diagonal: called twice, it halves both sides.</summary>
    internal static float[] Halve(float[] picture, int rows, int columns)
    {
        var half = columns / 2;
        var turned = new float[half * rows];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < half; column++)
                turned[column * rows + row] = At(picture.AsSpan(row * columns, columns), 2 * column);
        return turned;
    }

    /// <summary>The filter around a pixel and its right neighbour.</summary>
    private static float At(ReadOnlySpan<float> row, int first)
    {
        var (sum, total) = (0f, 0f);
        for (var i = Math.Max(0, first + 1 - Reach); i < Math.Min(row.Length, first + 1 + Reach); i++)
        {
            var weight = s_weights[i - first - 1 + Reach];
            (sum, total) = (sum + weight * row[i], total + weight);
        }

        return Math.Clamp(sum / total, 0, 1);
    }

    private static float[] Weights()
    {
        static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
        return [.. Enumerable.Range(-Reach, 2 * Reach).Select(i => (i + 0.5) / 2).Select(x => (float)(Sinc(x) * Sinc(x / 3)))];
    }
}
