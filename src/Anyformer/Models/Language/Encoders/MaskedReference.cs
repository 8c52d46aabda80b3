using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Cases of bidirectional models of Hugging Face's transformers.</summary>
internal abstract class MaskedReference<TModel>(PretrainedFormat<TModel> format) : ModelReference<TModel> where TModel : MaskedLanguageModel
{
    private TModel? _model;

    protected override TModel Build(ParityCase parity) => _model = format.Build(parity.Config);

    protected override StateDictLayout Layout(ParityCase parity) => format.Layout(_model!);

    protected override IReadOnlyDictionary<string, Tensor> Call(TModel module, ParityCase parity)
    {
        var mask = parity.OptionalInput("attention_mask")?.Ne(0);
        var text = new TextInput(parity.Input("input_ids"))
        {
            Real = mask is { Dimensions: 2 } ? mask : null,
            Types = parity.OptionalInput("token_type_ids"),
            Positions = parity.OptionalInput("position_ids"),
        };
        var masks = new EncoderMasks { Pairs = mask is { Dimensions: 3 } ? mask : null, Heads = parity.OptionalInput("head_mask") };
        using var recorder = new Recorder();
        var outputs = new Dictionary<string, Tensor>();
        AddOutputs(module, States(module, text, masks), parity, outputs);
        foreach (var (layer, states) in recorder.Named("states").Index())
            outputs[$"hidden_states.{layer}"] = states.Share();
        foreach (var (layer, weights) in recorder.Named("weights").Index())
            outputs[$"attentions.{layer}"] = masks.Heads is { } heads ? weights * heads.Select(0, layer).View([1, -1, 1, 1]) : weights.Share();
        return outputs.Where(output => parity.Outputs.ContainsKey(output.Key)).ToDictionary();
    }

    /// <summary>The vectors behind the last layer.</summary>
    protected abstract Tensor States(TModel module, TextInput text, EncoderMasks masks);

    /// <summary>What the heads of the model make of those.</summary>
    protected abstract void AddOutputs(TModel module, Tensor states, ParityCase parity, Dictionary<string, Tensor> outputs);

    /// <summary>The mean over the places that have a label.</summary>
    protected static Tensor Loss(Tensor logits, Tensor labels) => logits.Flatten(0, -2).CrossEntropyLoss(labels.Flatten());
}
