using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language.Decoding;
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
        var tokens = parity.Input("input_ids");
        using var reading = new CachedReading(module);
        var half = tokens.Size(1) / 2;
        var steps = tokens[.., (int)half..].Split(1, 1).Prepend(tokens.Narrow(1, 0, half)).Select(reading.ReadAll).ToArray();
        var outputs = new Dictionary<string, Tensor> { ["logits"] = Functional.Cat(steps, 1) };
        foreach (var (layer, memory) in reading.State.Memories.Index())
            (outputs[$"past_key_values.{layer}.key"], outputs[$"past_key_values.{layer}.value"]) = (memory[0].Clone(), memory[1].Clone());
        return outputs;
    }

    private static Dictionary<string, Tensor> ReadAtOnce(TModel module, ParityCase parity)
    {
        var real = parity.OptionalInput("attention_mask");
        using var recorder = new Recorder();
        var states = module.CallStates(new TextInput(parity.Input("input_ids"))
        {
            Real = real?.Ne(0),
            Positions = parity.OptionalInput("position_ids"),
        });
        var logits = module.CallScores(states);
        // The reference gives the states before every layer, and those behind the last norm.
        var hidden = recorder.Named("states").SkipLast(1).Select(state => state.Share()).Append(states).ToList();
        Tensor Shown(Tensor tensor) => real is null ? tensor : tensor * real.To(tensor.DType).Unsqueeze(-1);
        var outputs = new Dictionary<string, Tensor> { ["logits"] = Shown(logits) };
        if (parity.OptionalInput("labels") is { } labels)
            outputs["loss"] = logits[.., ..^1].Flatten(0, 1).CrossEntropyLoss(labels[.., 1..].Flatten());
        foreach (var (layer, state) in hidden.Index())
            outputs[$"hidden_states.{layer}"] = Shown(state);
        return outputs.Where(output => parity.Outputs.ContainsKey(output.Key)).ToDictionary();
    }
}
