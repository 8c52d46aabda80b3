using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using W = Anyformer.Benchmarks.Works.AttentionWorks;

namespace Anyformer.Benchmarks.Works;

/// <summary>Everything that a process can be asked to do again and again.</summary>
internal static class WorkList
{
    private static readonly Dictionary<string, Func<double, double>> s_works = new()
    {
        ["itransformer"] = seconds => Clock.Rate(seconds, 20, 1, ForecastWorks.ITransformerStep(new ITransformerOptions())),
        ["crossformer"] = seconds => Clock.Rate(seconds, 3, 1, ForecastWorks.CrossformerStep()),
        ["pathformer"] = seconds => Clock.Rate(seconds, 3, 1, ForecastWorks.PathformerStep()),
        ["informer"] = seconds => Clock.Rate(seconds, 3, 1, ForecastWorks.InformerStep()),
        ["autoformer"] = seconds => Clock.Rate(seconds, 3, 1, ForecastWorks.AutoformerStep()),
        ["patchtst"] = seconds => Clock.Rate(seconds, 3, 1, ForecastWorks.PatchTstStep()),
        ["vit"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Step("tiny", 16)),
        ["vit-inference"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Answer("tiny", 16)),
        ["vit-small-1"] = seconds => Clock.Rate(seconds, 5, 1, VisionWorks.Answer("small", 1)),
        ["vit-small-16"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Answer("small", 16)),
        ["vit-small-16-merging"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Answer("small", 16, merged: 13)),
        ["vit-small-1-bfloat16"] = seconds => Clock.Rate(seconds, 5, 1, VisionWorks.Answer("small", 1, FrozenPrecision.BFloat16)),
        ["vit-small-1-int8"] = seconds => Clock.Rate(seconds, 5, 1, VisionWorks.Answer("small", 1, FrozenPrecision.Int8)),
        ["vit-small-16-bfloat16"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Answer("small", 16, FrozenPrecision.BFloat16)),
        ["vit-small-16-int8"] = seconds => Clock.Rate(seconds, 2, 16, VisionWorks.Answer("small", 16, FrozenPrecision.Int8)),
        ["gpt"] = seconds => Clock.Rate(seconds, 2, 1, LanguageWorks.Step()),
        ["gpt2-decode"] = seconds => Clock.Rate(seconds, 1, LanguageWorks.WrittenTokens, LanguageWorks.Decoding()),
        ["gpt2-decode-int8"] = seconds => Clock.Rate(seconds, 1, LanguageWorks.WrittenTokens, LanguageWorks.Decoding(FrozenPrecision.Int8)),
        ["attention"] = seconds => Clock.Rate(seconds, 2, 1, W.Forward(W.Softmax, 4096)),
        ["attention-composition"] = seconds => Clock.Rate(seconds, 1, 1, W.Forward(W.Composition, 4096)),
        ["attention-backward"] = seconds => Clock.Rate(seconds, 2, 1, W.ForwardAndBackward(W.Softmax, 4096)),
        ["attention-backward-composition"] = seconds => Clock.Rate(seconds, 1, 1, W.ForwardAndBackward(W.Composition, 4096)),
        ["attention-window"] = seconds => Clock.Rate(seconds, 2, 1, W.Forward(W.Window, 16_384)),
        ["attention-dense"] = seconds => Clock.Rate(seconds, 1, 1, W.Forward(W.Softmax, 16_384)),
        ["causal-linear"] = seconds => Clock.Rate(seconds, 4, 1, W.ForwardAndBackward(W.CausalLinear, 4096)),
        ["causal-linear-composition"] = seconds => Clock.Rate(seconds, 1, 1, W.ForwardAndBackward(W.CausalLinearComposition, 4096)),
        ["operator"] = seconds => Clock.Rate(seconds, 10, OperatorWork.Calls, OperatorWork.Additions()),
        ["tokenizer"] = TokenizerWork.Megabytes,
    };

    internal static IEnumerable<string> Names => s_works.Keys;

    internal static bool Has(string name) => s_works.ContainsKey(name);

    /// <summary>Units of work a second.</summary>
    internal static double Rate(string work, double seconds) => s_works[work](seconds);
}
