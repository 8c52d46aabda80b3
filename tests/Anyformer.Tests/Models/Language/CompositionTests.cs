using System.Globalization;
using System.Text.RegularExpressions;
using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Language;

/// <summary>
/// Transformers put together at random from all parts of the catalog, as a recipe would say it: what is legal trains, and comes back from its file the
/// same; what is not is refused with a reason that is known.
/// </summary>
[Collection(DefaultGenerator.Name)]
public sealed class CompositionTests
{
    private const int Tokens = 12, Vocabulary = 7;

    /// <summary>Reasons for which combinations are refused.</summary>
    private static readonly string[] s_reasons =
    [
        "makes its queries and keys by itself, so positions of kind '.*' cannot be worked into them",
        "changes attention scores and '.*' gives none to change",
        "Collaborative heads weigh single elements",
        "Tokens can halt only where all layers are one",
        "A layer that is shared cannot be left out",
        "A learned sum over layers needs",
        "it has no causal form",
        "keys? (as|beside) (many|every) quer(ies|y)|as many (keys as queries|queries as keys)|the tokens. own values",
    ];

    [Fact]
    public void ALegalDecoderTrainsAndComesBackTheSame() => Try<TransformerDecoder, TransformerOptions>(160, 1, Draw,
        model => new TransformerDecoder(new LanguageShape(Vocabulary, Tokens), model), Loss, Scores);

    [Fact]
    public void ALegalEncoderDecoderTrainsAndComesBackTheSame() => Try<TransformerEncoderDecoder, EncoderDecoderOptions>(80, 2, DrawTwo,
        model => new TransformerEncoderDecoder(new TranslationShape(new LanguageShape(Vocabulary, Tokens + 3), new LanguageShape(Vocabulary, Tokens)), model),
        Loss, Scores);

    [Fact]
    public void NoScoreOfALegalDecoderDependsOnTheFuture()
    {
        var random = new Random(3);
        for (var done = 0; done < 60;)
        {
            using var scope = new TensorScope();
            var options = Bind(Draw(random));
            // Places in the queues of experts are given by the whole batch, and some mechanisms admit that they leak.
            if (MethodCatalog.Get<ChannelMixer>(options.FeedForward.Kind).Family == Family.Experts || Leaks(options.Attention))
                continue;
            if (Built(options) is not { } model)
                continue;
            model.Eval();
            var (seen, changed) = (Ids(1, Tokens), Ids(1, Tokens).Clone());
            changed[.., ^1].CopyInPlace((seen[.., ^1] + 1).Remainder(Vocabulary));
            Tensors.AssertClose(Repeatable(() => model.Call(seen))[.., ..^1], Repeatable(() => model.Call(changed))[.., ..^1]);
            done++;
        }
    }

    [Fact]
    public void ReadingOnGivesWhatReadingAllGives()
    {
        var random = new Random(4);
        var readOn = EveryPart().Count(AgreesWithReadingAll);
        for (var drawn = 0; drawn < 250; drawn++)
            readOn += AgreesWithReadingAll(Draw(random)) ? 1 : 0;
        Assert.True(readOn > 60, $"only {readOn} models read on");
    }

    [Fact]
    public void EveryPartOfACausalRoleIsLegalSomewhere()
    {
        foreach (var options in EveryPart())
            _ = new TransformerDecoder(new LanguageShape(Vocabulary, Tokens), Bind(options));
    }

    /// <summary>Draws combinations until so many were legal.</summary>
    private static void Try<TModel, TOptions>(
        int legal, int seed, Func<Random, string> draw, Func<TOptions, TModel> build, Func<TModel, Tensor> loss, Func<TModel, Tensor> scores)
        where TModel : Module
        where TOptions : TransformerOptions
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        for (var done = 0; done < legal;)
        {
            using var scope = new TensorScope();
            var yaml = draw(random);
            try
            {
                AssertTrainsAndReturns(() => build(Bind<TOptions>(yaml)), loss, scores, folder["weights.safetensors"]);
                done++;
            }
            catch (UserException refusal) when (s_reasons.Any(reason => Regex.IsMatch(refusal.Message, reason)))
            {
                // A reason that is known.
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{yaml}: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Whether a model is legal and reads on; then it must give the same as if it read all at once, but for positions in single precision.</summary>
    private static bool AgreesWithReadingAll(string yaml)
    {
        using var scope = new TensorScope();
        if (Built(Bind(yaml)) is not { ReadsOn: true } model)
            return false;
        model.To(DType.Float64);
        model.Eval();
        using var inference = Autograd.InferenceMode();
        var ids = Ids(5, Tokens);
        try
        {
            using var reading = TextReading.Of(model);
            var pieces = new[] { 0, 3, 4, 6, 7, Tokens };
            var scores = pieces.Zip(pieces[1..], (begin, end) => reading.ReadAll(ids.Narrow(1, begin, end - begin))).ToArray();
            Tensors.AssertClose(model.Call(ids), Functional.Cat(scores, 1), 1e-6);
            return true;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{yaml}: {exception.Message}", exception);
        }
    }

    private static void AssertTrainsAndReturns<TModel>(Func<TModel> build, Func<TModel, Tensor> loss, Func<TModel, Tensor> scores, string path)
        where TModel : Module
    {
        TorchRuntime.ManualSeed(1);
        var model = build();
        var optimizer = new Sgd(model.Parameters(), new SgdOptions { LearningRate = 0.01 });
        using (var auxiliary = new AuxiliaryLoss())
        {
            var value = auxiliary.AddTo(loss(model));
            Assert.True(double.IsFinite(value.Item<double>()));
            value.Backward();
        }

        Assert.Contains(model.Parameters(), parameter => parameter.Grad is not null);
        Assert.All(model.Parameters(), parameter => Assert.True(parameter.Grad is not { } gradient || double.IsFinite(gradient.Sum().Item<double>())));
        optimizer.Step();
        Safetensors.Save(path, model.StateDict());
        TorchRuntime.ManualSeed(2);
        var other = build();
        other.Load(Safetensors.Load(path));
        model.Eval();
        other.Eval();
        Tensors.AssertSame(Repeatable(() => scores(model)), Repeatable(() => scores(other)));
    }

    /// <summary>What a model draws while it computes is drawn from the same seed.</summary>
    private static Tensor Repeatable(Func<Tensor> scores)
    {
        TorchRuntime.ManualSeed(3);
        return scores();
    }

    private static Tensor Ids(int seed, int tokens)
    {
        var random = new Random(seed);
        return Tensor.From<long>([.. Enumerable.Range(0, 2 * tokens).Select(_ => random.NextInt64(Vocabulary))]).View([2, tokens]);
    }

    private static Tensor Loss(TransformerDecoder model) => model.Call(Ids(1, Tokens)).Flatten(0, 1).CrossEntropyLoss(Ids(2, Tokens).Flatten());

    private static Tensor Scores(TransformerDecoder model) => model.Call(Ids(3, Tokens - 3));

    private static Tensor Loss(TransformerEncoderDecoder model) =>
        model.Call(Ids(1, Tokens + 3), Ids(2, Tokens)).Flatten(0, 1).CrossEntropyLoss(Ids(3, Tokens).Flatten());

    private static Tensor Scores(TransformerEncoderDecoder model) => model.Call(Ids(4, Tokens), Ids(5, Tokens - 3));

    private static bool Leaks(Part<TokenMixer> attention)
    {
        static bool Of(string id) => MethodCatalog.Get<TokenMixer>(id).Claims!.Leaks.HasFlag(Anyformer.Catalog.Leaks.Future);
        return attention.Options is ComposedAttentionOptions composed ? Of(composed.Function.Kind) : Of(attention.Kind);
    }

    private static TransformerDecoder? Built(TransformerOptions options)
    {
        try
        {
            var model = new TransformerDecoder(new LanguageShape(Vocabulary, Tokens), options);
            model.Call(Ids(1, Tokens));
            return model;
        }
        catch (UserException refusal) when (s_reasons.Any(reason => Regex.IsMatch(refusal.Message, reason)))
        {
            return null;
        }
    }

    private static TransformerOptions Bind(string yaml) => Bind<TransformerOptions>(yaml);

    private static TOptions Bind<TOptions>(string yaml) where TOptions : TransformerOptions => OptionBinder.Bind<TOptions>(RecipeDocument.Parse(yaml, "a recipe").Root);

    private static string Draw(Random random)
    {
        string One(IReadOnlyList<string> from) => from[random.Next(from.Count)];
        var (share, halting) = (random.Next(3) == 0, random.Next(3) == 0);
        var layers = $"{{count: 2, share: {(share ? "universal" : "none")}, halting: {(halting ? "act" : "none")}, drop: {One(["0", "0", "0.5"])}, "
            + $"connections: {One(["previous", "previous", "history"])}}}";
        return Yaml($"attention: {(random.Next(2) == 0 ? Composed(random) : One(Mixers))}", $"position: {One([.. Ids<PositionEncoding>(), "null", "null"])}",
            $"norm: {One(Ids<NormalizationLayer>())}", $"feed-forward: {One(Ids<ChannelMixer>())}", $"wiring: {One(Ids<Wiring>())}", $"layers: {layers}",
            $"dropout: {One(["0", "0.1"])}", $"ties-embeddings: {One(["true", "false"])}");
    }

    /// <summary>The same for an encoder and a decoder, and what the decoder has of its own.</summary>
    private static string DrawTwo(Random random)
    {
        string One(IReadOnlyList<string> from) => from[random.Next(from.Count)];
        return $"{Draw(random)[..^1]}, decoder-attention: {One(["null", .. Mixers])}, cross-attention: {One(["softmax", .. Ids<CrossMixer>()])}, "
            + $"decoder-layers: {One(["null", "1", "3"])}, shares-embeddings: {One(["true", "false"])}, output-bias: {One(["true", "false"])}}}";
    }

    private static string Composed(Random random)
    {
        string One(IReadOnlyList<string> from) => from[random.Next(from.Count)];
        var function = random.Next(2) == 0 ? "softmax" : One(Functions);
        var scores = function == "softmax" && random.Next(2) == 0 ? $"[{One(Modifiers)}]" : "[]";
        return $"{{function: {function}, heads: {One([.. Ids<HeadInteraction>(), "null", "null"])}, scores: {scores}}}";
    }

    private static IEnumerable<string> EveryPart() =>
    [
        .. Mixers.Select(id => Yaml($"attention: {id}", "position: sinusoidal")),
        .. Functions.Select(id => Yaml($"attention: {{function: {id}}}", "position: rotary")),
        .. Functions.Select(id => Yaml($"attention: {{function: {id}, heads: talking}}", "position: rotary")),
        .. Ids<HeadInteraction>().Select(id => Yaml($"attention: {{heads: {id}}}", "position: alibi")),
        .. Modifiers.Select(id => Yaml($"attention: {{scores: [{id}]}}", "position: null")),
        .. Ids<PositionEncoding>().Select(id => Yaml($"position: {id}")),
        .. Ids<NormalizationLayer>().Select(id => Yaml($"norm: {id}")),
        .. Ids<ChannelMixer>().Select(id => Yaml($"feed-forward: {id}")),
        .. Ids<Wiring>().Select(id => Yaml($"wiring: {id}")),
    ];

    private static string Yaml(params string[] parts) => string.Create(CultureInfo.InvariantCulture,
        $"{{width: 16, heads: 2, feed-forward-width: 24, {string.Join(", ", parts)}{(parts.Any(part => part.StartsWith("layers", StringComparison.Ordinal)) ? "" : ", layers: {count: 1}")}}}");

    private static string[] Ids<TRole>() where TRole : Module => [.. MethodCatalog.OfRole<TRole>().Select(entry => entry.Id)];

    private static string[] Mixers => [.. MethodCatalog.OfRole<TokenMixer>().Where(entry => entry.Claims is { Causal: true }).Select(entry => entry.Id)];

    private static string[] Functions => [.. MethodCatalog.OfRole<AttentionFunction>().Where(entry => entry.Claims is { Causal: true }).Select(entry => entry.Id)];

    private static string[] Modifiers => Ids<ScoreModifier>();
}
