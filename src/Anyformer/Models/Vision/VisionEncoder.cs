using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// The plain Vision Transformer without a head (Dosovitskiy et al. 2021, arXiv 2010.11929): patches as tokens, class tokens and registers before them,
/// learned positions, pre-norm blocks. It takes images of any size: positions are resampled to their grid of patches.
/// </summary>
public sealed class VisionEncoder : Module, ITokenReducing
{
    private readonly PatchGrid _grid;
    private readonly int _classTokens;
    private readonly int _registers;
    private readonly int _positioned;
    private readonly PositionResampling _resampling;

    /// <summary>An encoder with fresh weights, drawn as timm draws them.</summary>
    /// <param name="shape">The images it is built for.</param>
    /// <param name="options">The sizes inside.</param>
    /// <param name="classTokens">Class tokens before the patches.</param>
    /// <param name="hasNorm">Whether what comes out is normalised.</param>
    /// <exception cref="UserException">The width is no multiple of the heads, or a part cannot be built for these sizes.</exception>
    public VisionEncoder(ImageShape shape, VisionEncoderOptions options, int classTokens = 1, bool hasNorm = true)
    {
        (_classTokens, _registers, _resampling) = (classTokens, options.Registers, options.Resampling);
        _grid = PatchGrid.FilledBy(shape.Height, shape.Width, options.Patch);
        _positioned = options.PrefixPositions switch
        {
            PrefixPositions.All => classTokens + options.Registers,
            PrefixPositions.Class => classTokens,
            _ => 0,
        };
        var parts = new VisionBlocks(options, (int)_grid.Count + classTokens + options.Registers);
        Patches = new PatchEmbedding(shape.Channels, options.Width, options.Patch, bias: !options.EmbeddingNorm);
        ClassTokens = classTokens > 0 ? Initialization.Normal(Parameter.Empty(1, classTokens, options.Width), 0, 1e-6) : null;
        Registers = _registers > 0 ? Initialization.Normal(Parameter.Empty(1, _registers, options.Width), 0, 1e-6) : null;
        MaskToken = options.MaskToken ? Initialization.Constant(Parameter.Empty(1, options.Width), 0) : null;
        Positions = Initialization.TruncatedNormal(Parameter.Empty(1, _positioned + _grid.Count, options.Width), 0, 0.02);
        Dropout = new Dropout(options.Dropout);
        EmbeddingNorm = options.EmbeddingNorm ? parts.Norm() : null;
        Blocks = parts.Build();
        Norm = hasNorm ? parts.Norm() : null;
        InitializeMaps(Blocks, options.Initialization);
        ReduceTokens(options.TokenReducer);
    }

    private PatchEmbedding Patches { get; }

    /// <summary>(1, class tokens, width).</summary>
    private Parameter? ClassTokens { get; }

    /// <summary>(1, registers, width).</summary>
    private Parameter? Registers { get; }

    /// <summary>(1, width).</summary>
    private Parameter? MaskToken { get; }

    /// <summary>Of the class tokens and registers that have positions, then of the patches row by row: (1, positions, width).</summary>
    private Parameter Positions { get; }

    private Dropout Dropout { get; }

    private NormalizationLayer? EmbeddingNorm { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    private NormalizationLayer? Norm { get; }

    /// <summary>Of every block; null when tokens stay as many.</summary>
    private ModuleList<TokenReducer>? Reducers { get; set; }

    /// <inheritdoc/>
    public void ReduceTokens(Part<TokenReducer>? reducer) => Reducers = reducer is null ? null
        : ModuleList<TokenReducer>.Of(Blocks.Count, i => reducer.Build(new TokenReducerShape(i, Blocks.Count, _classTokens + _registers)));

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSide => (int)Patches.Weight.Size(-1);

    /// <summary>Patches along the height and the width of images.</summary>
    /// <param name="images">(batch, channels, height, width).</param>
    public PatchGrid GridOf(Tensor images) => Patches.GridOf(images);

    /// <summary>The tokens of images.</summary>
    /// <param name="images">(batch, channels, height, width).</param>
    /// <param name="hidden">True where a patch is hidden and the mask token stands in for it, (batch, patches); null hides none.</param>
    /// <exception cref="UserException">The images have other channels, or patches are hidden and there is no mask token.</exception>
    public VisionTokens Call(Tensor images, Tensor? hidden = null)
    {
        using var scope = new TensorScope(this);
        var tokens = new ReducedTokens(Embed(images, hidden));
        for (var i = 0; i < Blocks.Count; i++)
        {
            // What a block has worked on is free at once: nobody else looks at it, and a backward pass holds what it needs.
            using var before = tokens.Tokens;
            tokens = Layer(i, tokens);
        }

        return Keep(scope, Tokens(tokens, images));
    }

    /// <summary>The tokens of images after each of the last blocks, earliest first: what dense tasks build on.</summary>
    /// <param name="images">(batch, channels, height, width).</param>
    /// <param name="last">How many blocks, from 1.</param>
    /// <exception cref="UserException">There are not so many blocks.</exception>
    public IReadOnlyList<VisionTokens> CallLayers(Tensor images, int last)
    {
        if (last < 1 || last > Blocks.Count)
            throw new UserException($"The encoder has {Blocks.Count} blocks, found a wish for the tokens after the last {last}.");
        using var scope = new TensorScope();
        var tokens = new ReducedTokens(Embed(images, hidden: null));
        var found = new List<VisionTokens>();
        for (var i = 0; i < Blocks.Count; i++)
        {
            tokens = Layer(i, tokens);
            if (i >= Blocks.Count - last)
                found.Add(Keep(scope, Tokens(tokens, images)));
        }

        return found;
    }

    /// <summary>Draws the weights of all linear maps; their biases are 0.</summary>
    internal static void InitializeMaps(Module module, MapInitialization initialization = MapInitialization.Truncated)
    {
        foreach (var (_, part) in module.Modules())
            if (part is Linear map)
            {
                _ = initialization == MapInitialization.Xavier ? Initialization.XavierUniform(map.Weight) : Initialization.TruncatedNormal(map.Weight, 0, 0.02);
                if (map.Bias is { } bias)
                    Initialization.Constant(bias, 0);
            }
    }

    private static VisionTokens Keep(TensorScope scope, VisionTokens tokens)
    {
        new ReducedTokens(tokens.Raw, tokens.Origins).KeptBy(scope);
        scope.Keep(tokens.Normalized);
        return tokens;
    }

    private VisionTokens Tokens(ReducedTokens tokens, Tensor images) => new(
        tokens.Tokens, Norm is null ? tokens.Tokens : Norm.Call(tokens.Tokens), _classTokens, _registers, Patches.GridOf(images), tokens.Origins);

    private ReducedTokens Layer(int number, ReducedTokens tokens) =>
        Reducers is null ? new ReducedTokens(Blocks[number].Call(tokens.Tokens)) : Blocks[number].Call(tokens, Reducers[number]);

    /// <summary>What goes into the first block.</summary>
    private Tensor Embed(Tensor images, Tensor? hidden)
    {
        using var scope = new TensorScope();
        var patches = Patches.Call(images);
        if (hidden is not null)
            patches = Functional.Where(hidden.Unsqueeze(-1), Mask, patches);
        patches += _resampling.Resample(Positions[.., _positioned..], _grid, Patches.GridOf(images));
        var tokens = Prefix() is { } prefix ? Functional.Cat([prefix.Expand([images.Size(0), -1, -1]), patches], 1) : patches;
        tokens = Dropout.Call(tokens);
        return scope.Keep(EmbeddingNorm is null ? tokens : EmbeddingNorm.Call(tokens));
    }

    private Tensor Mask => MaskToken ?? throw new UserException("Patches are hidden and the model has no mask token; build it with the option mask-token.");

    /// <summary>Class tokens and registers with their positions, (1, tokens, width); null when there are none.</summary>
    private Tensor? Prefix()
    {
        Tensor?[] parts = [ClassTokens, Registers];
        Tensor[] given = [.. parts.OfType<Tensor>()];
        if (given.Length == 0)
            return null;
        var prefix = given.Length == 1 ? given[0] : Functional.Cat(given, 1);
        return _positioned == 0 ? prefix : Functional.Cat([prefix[.., .._positioned] + Positions[.., .._positioned], prefix[.., _positioned..]], 1);
    }
}
