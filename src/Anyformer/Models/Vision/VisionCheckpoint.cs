using Anyformer.Checkpoints;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Weights of a plain vision model in a file, under this library's names or as their authors publish them: timm, DeiT, MAE, DINO, DINOv2.</summary>
public sealed class VisionCheckpoint
{
    private readonly IReadOnlyDictionary<string, Tensor> _weights;

    private VisionCheckpoint(IReadOnlyDictionary<string, Tensor> weights) => _weights = weights;

    /// <summary>Classes of its head; 0 when it has none.</summary>
    public int Classes => (int)(Find("head.weight", "head.class.weight")?.Size(0) ?? 0);

    /// <summary>Patches along the height and the width of the square images that it was trained for; null when it has no positions.</summary>
    /// <remarks>The few tokens before the patches do not fill another row.</remarks>
    public int? GridSide => Find("pos_embed", "backbone.pos_embed", "encoder.positions") is { } positions ? (int)Math.Sqrt(positions.Size(1)) : null;

    /// <summary>Opens a file.</summary>
    /// <param name="path">A safetensors file, or a state dict written by <c>torch.save</c>.</param>
    /// <exception cref="UserException">The file is missing or malformed.</exception>
    public static VisionCheckpoint Open(string path) => new(StateDictFile.Load(path));

    /// <summary>Copies the weights into a model; nothing may be missing or left over.</summary>
    /// <exception cref="UserException">They do not fit.</exception>
    public void Load(ImageClassifier model)
    {
        using var scope = new TensorScope();
        model.Load(Layout(model)?.ToOwn(_weights) ?? _weights);
    }

    /// <summary>Told by names that only one of them has; null for this library's own.</summary>
    private StateDictLayout? Layout(ImageClassifier model) =>
        Has("decoder_pos_embed") ? VisionLayouts.Mae()
        : Has("mask_token") ? VisionLayouts.DinoV2(Layers, isGated: Has("blocks.0.mlp.w12.weight"))
        : Has("backbone.pos_embed") ? VisionLayouts.Dino()
        : Has("pos_embed") ? model is DeiT ? VisionLayouts.DeiT() : VisionLayouts.Timm()
        : null;

    private int Layers =>
        _weights.Keys.Count(name => name.StartsWith("blocks.", StringComparison.Ordinal) && name.EndsWith(".norm1.weight", StringComparison.Ordinal));

    private bool Has(string name) => _weights.ContainsKey(name);

    private Tensor? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_weights.TryGetValue(name, out var found))
                return found;
        return null;
    }
}
