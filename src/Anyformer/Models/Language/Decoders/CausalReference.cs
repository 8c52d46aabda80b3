using Anyformer.Attention.Decoding;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoders;

/// <summary>Cases of language models of Hugging Face's transformers, <c>...ForCausalLM</c>: the whole model at once, or token by token.</summary>
internal abstract class CausalReference<TModel>(PretrainedFormat<TModel> format) : ModelReference<TModel> where TModel : LanguageModel
{
    private TModel? _model;

    protected override TModel Build(ParityCase parity) => _model = format.Build(parity.Config);

    protected override StateDictLayout Layout(ParityCase parity) => format.Layout(_model!);

    protected override IReadOnlyDictionary<string, Tensor> Call(TModel module, ParityCase parity) =>
        parity.Outputs.ContainsKey("past_key_values.0.key") ? ReadOn(module, parity) : ReadAtOnce(module, parity);

    /// <summary>A few tokens at once, then one after the other; how many the first are makes no difference.</summary>
    private static Dictionary<string, Tensor> ReadOn(TModel module, ParityCase parity)
    {
        var (tokens, real, positions) = (parity.Input("input_ids"), Real(parity), parity.OptionalInput("position_ids"));
        using var state = new DecodingState();
        Tensor Read(long first, long count) => state.Read(count, () => module.Call(new TextInput(tokens.Narrow(1, first, count))
        {
            Real = real?.Narrow(1, first, count),
            Positions = positions?.Narrow(1, first, count),
        }));
        var half = tokens.Size(1) / 2;
        var logits = Functional.Cat([Read(0, half), .. Enumerable.Range((int)half, (int)(tokens.Size(1) - half)).Select(place => Read(place, 1))], 1);
        var outputs = new Dictionary<string, Tensor> { ["logits"] = Shown(logits, real) };
        foreach (var (layer, memory) in state.Memories.Index())
            (outputs[$"past_key_values.{layer}.key"], outputs[$"past_key_values.{layer}.value"]) = (memory[0].Clone(), memory[1].Clone());
        return outputs;
    }

    private static Tensor? Real(ParityCase parity) => parity.OptionalInput("attention_mask")?.Ne(0);

    /// <summary>What a padded token gets is without meaning; the cases hold zeros there.</summary>
    private static Tensor Shown(Tensor tensor, Tensor? real) => real is null ? tensor : tensor * real.To(tensor.DType).Unsqueeze(-1);

    private static Dictionary<string, Tensor> ReadAtOnce(TModel module, ParityCase parity)
    {
        var real = Real(parity);
        using var recorder = new Recorder();
        var states = module.CallStates(new TextInput(parity.Input("input_ids"))
        {
            Real = real,
            Positions = parity.OptionalInput("position_ids"),
        });
        var logits = module.CallScores(states);
        // The reference gives the states before every layer, and those behind the last norm.
        var hidden = recorder.Named("states").SkipLast(1).Select(state => state.Share()).Append(states).ToList();
        var outputs = new Dictionary<string, Tensor> { ["logits"] = Shown(logits, real) };
        if (parity.OptionalInput("labels") is { } labels)
            outputs["loss"] = logits[.., ..^1].Flatten(0, 1).CrossEntropyLoss(labels[.., 1..].Flatten());
        foreach (var (layer, state) in hidden.Index())
            outputs[$"hidden_states.{layer}"] = Shown(state, real);
        return outputs.Where(output => parity.Outputs.ContainsKey(output.Key)).ToDictionary();
    }
}
