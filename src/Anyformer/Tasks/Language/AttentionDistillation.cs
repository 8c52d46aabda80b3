using Anyformer.Attention;
using Anyformer.Attention.Shallow;
using Anyformer.Blocks;
using Anyformer.Inspection;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Shallow;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>
/// What the networks of a <see cref="ShallowTransformer"/> learn from a trained Transformer: each by itself what its attention gives for what goes into it
/// (Bozic et al. 2023, Rethinking Attention, arXiv 2311.10642). Everything else is the teacher's and stays as it is, so that the student is whole at any time.
/// </summary>
public sealed class AttentionDistillation
{
    private readonly Site[] _sites;
    private readonly TransformerEncoderDecoder _teacher;

    /// <summary>Gives the student the teacher's weights, all but the networks.</summary>
    /// <param name="student">Whose networks are to learn; its other weights are no longer trained.</param>
    /// <param name="teacher">The trained model, of the same sizes, with multi-head attention where the student has networks.</param>
    /// <exception cref="UserException">The two do not go together.</exception>
    public AttentionDistillation(ShallowTransformer student, SequenceToSequenceModel teacher)
    {
        _teacher = teacher as TransformerEncoderDecoder
            ?? throw new UserException($"Attention is distilled from an encoder-decoder put together from parts, found {teacher.GetType().Name}.");
        (Student, Teacher) = (student, teacher);
        _sites = [.. student.Networks().Select(found => SiteOf(student, found.Place, found.Layer, found.Network))];
        if (_sites.Length == 0)
            throw new UserException("The student has no shallow networks that could learn; give it replacements.");
        TakeWeights(student, _teacher);
    }

    /// <summary>Whose networks learn.</summary>
    public ShallowTransformer Student { get; }

    /// <summary>What they learn from.</summary>
    public SequenceToSequenceModel Teacher { get; }

    /// <summary>What each network is called in results: <c>encoder.0</c>, <c>cross-attention.2</c>.</summary>
    public IReadOnlyList<string> Names => [.. _sites.Select(site => site.Name)];

    /// <summary>How far a network is from what it is to give: the mean squared error, over the mean of a mask.</summary>
    /// <param name="prediction">What it gives, 0 where the mask is.</param>
    /// <param name="label">What it is to give, 0 where the mask is, of the same shape.</param>
    /// <param name="mask">
    /// True where there is something to learn, (batch, numbers) or (batch, tokens). Of a decoder what tokens see, (batch, tokens, tokens): then the mean is the
    /// number of tokens that one sees, as in the code of the paper.
    /// </param>
    public static Tensor Loss(Tensor prediction, Tensor label, Tensor mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(prediction.MseLoss(label) / (mask.Sum().To(prediction.DType) / (mask.Size(0) * mask.Size(1))));
    }

    /// <summary>The loss of every network on some texts, in the order of <see cref="Names"/>; their gradients do not meet.</summary>
    /// <param name="source">The texts.</param>
    /// <param name="target">What is written before each token of the translations.</param>
    public IReadOnlyList<Tensor> Losses(TextInput source, TextInput target)
    {
        using var scope = new TensorScope();
        using var recorder = Listen(source, target);
        return scope.Keep((Tensor[])[.. _sites.Select(site => site.Loss(recorder, source, target))]);
    }

    /// <summary>Runs the teacher and keeps what goes into its attention and comes out.</summary>
    private Recorder Listen(TextInput source, TextInput target)
    {
        using var unrecorded = Autograd.NoGrad();
        _teacher.Eval();
        var recorder = new Recorder();
        var memory = _teacher.CallEncoder(source);
        if (_sites.Any(site => site.Place != ShallowPlace.Encoder))
            _teacher.CallDecoder(target, memory, source.Real);
        return recorder;
    }

    private Site SiteOf(ShallowTransformer student, ShallowPlace place, int layer, IAttentionStudent network)
    {
        var approach = student.Options.Replacements.Single(replacement => replacement.Is(place, layer)).Approach;
        Module[] blocks = place == ShallowPlace.Encoder ? ShallowTransformer.Blocks<EncoderBlock>(_teacher) : ShallowTransformer.Blocks<DecoderBlock>(_teacher);
        if (layer >= blocks.Length)
            throw new UserException($"The teacher has {blocks.Length} layers, so there is none to learn layer {layer} from.");
        Module mixer = (place, blocks[layer]) switch
        {
            (ShallowPlace.Decoder, DecoderBlock block) => block.SelfAttention,
            (ShallowPlace.CrossAttention, DecoderBlock block) => block.CrossAttention,
            _ => ((EncoderBlock)blocks[layer]).Mixer,
        };
        return approach switch
        {
            ShallowApproach.Sublayer => new Site(place, layer, network, blocks[layer], "input", "mixed"),
            ShallowApproach.Layer => new Site(place, layer, network, blocks[layer], "input", "output"),
            _ => new Site(place, layer, network, mixer as MultiHeadAttention ?? throw new UserException(
                $"A network learns from multi-head attention, found {mixer.GetType().Name} in layer {layer} of the teacher."), "tokens", "contexts"),
        };
    }

    private static void TakeWeights(ShallowTransformer student, TransformerEncoderDecoder teacher)
    {
        var own = student.Transformer.StateDict();
        var given = teacher.StateDict();
        var networks = student.Networks().SelectMany(found => ((Module)found.Network).Parameters()).ToHashSet();
        var missing = own.Keys.Where(name => !given.ContainsKey(name) && !networks.Contains(own[name])).ToArray();
        if (missing.Length > 0)
            throw new UserException($"The teacher is put together otherwise than the student: it lacks {string.Join(", ", missing.Take(3))}.");
        student.Transformer.Load(given.Where(item => own.ContainsKey(item.Key)).ToDictionary(), strict: false);
        foreach (var (name, tensor) in own)
            if (given.ContainsKey(name) && tensor is Parameter parameter)
                parameter.RequiresGrad = false;
    }

    /// <summary>A network, and where the teacher gives what it learns from.</summary>
    private sealed record Site(ShallowPlace Place, int Layer, IAttentionStudent Network, Module Source, string Input, string Label)
    {
        internal string Name => $"{(Place == ShallowPlace.CrossAttention ? "cross-attention" : Place.ToString().ToLowerInvariant())}.{Layer}";

        internal Tensor Loss(Recorder recorder, TextInput source, TextInput target)
        {
            Tensor Recorded(string name) => recorder.Records.Single(record => record.Module == Source && record.Name == name).Value;
            var tokens = Recorded(Input);
            var real = (Place == ShallowPlace.Encoder ? source.Real : target.Real) ?? Functional.Ones([tokens.Size(0), tokens.Size(1)], DType.Bool, device: tokens.Device);
            var label = Recorded(Label) * real.Unsqueeze(-1).To(tokens.DType);
            var (context, mask) = Place switch
            {
                ShallowPlace.Encoder => (tokens, AttentionMask.OfTokens(real)),
                ShallowPlace.Decoder => (tokens, AttentionMask.Causal with { Keys = real, Queries = real }),
                _ => (Recorded("context"), new AttentionMask { Keys = source.Real, Queries = real }),
            };
            var seen = Place == ShallowPlace.Decoder ? mask.Table(tokens.Size(1), tokens.Size(1), tokens.Device)!.Squeeze(1) : real;
            return AttentionDistillation.Loss(Network.CallContexts(tokens, context, mask), label, seen);
        }
    }
}
