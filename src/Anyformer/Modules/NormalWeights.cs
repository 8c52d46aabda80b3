namespace Anyformer.Modules;

/// <summary>Fresh weights as GPT-2 and BERT begin with: linear maps, convolutions and tables from N(0, σ²), biases 0; everything else stays as it is.</summary>
internal static class NormalWeights
{
    /// <summary>Names of the last map of a sublayer.</summary>
    private static readonly string[] s_outputs = ["output", "output_projection"];

    /// <summary>Draws the weights of a module and of all below it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="deviation">The deviation σ.</param>
    /// <param name="outputDeviation">That of the last maps of sublayers; null for the same.</param>
    internal static void Draw(Module module, double deviation, double? outputDeviation = null)
    {
        foreach (var (path, part) in module.Modules())
        {
            if (part is Embedding table)
                table.Draw(deviation);
            if (part is not ILinearMap map)
                continue;
            _ = Initialization.Normal(map.Weight, 0, s_outputs.Contains(path[(path.LastIndexOf('.') + 1)..]) ? outputDeviation ?? deviation : deviation);
            if (map.Bias is { } bias)
                _ = Initialization.Constant(bias, 0);
        }
    }
}
