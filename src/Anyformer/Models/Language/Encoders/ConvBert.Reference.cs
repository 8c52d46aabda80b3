using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Cases of ConvBERT in Hugging Face's transformers.</summary>
[Reference("convbert")]
internal sealed class ConvBertReference() : MaskedReference<ConvBert>(new ConvBertFormat())
{
    protected override Tensor States(ConvBert module, TextInput text, EncoderMasks masks) => module.CallStates(text, masks);

    protected override void AddOutputs(ConvBert module, Tensor states, ParityCase parity, Dictionary<string, Tensor> outputs)
    {
        var logits = module.CallScores(states);
        (outputs["sequence_output"], outputs["logits"]) = (states, logits);
        if (parity.OptionalInput("labels") is { } labels)
            outputs["loss"] = Loss(logits, labels);
    }
}
