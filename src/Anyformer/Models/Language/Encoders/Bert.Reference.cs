using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Cases of BERT in Hugging Face's transformers: with its heads, or the encoder and its pooler.</summary>
[Reference("bert")]
internal sealed class BertReference() : MaskedReference<Bert>(new BertFormat())
{
    protected override Tensor States(Bert module, TextInput text, EncoderMasks masks) => module.CallStates(text, masks);

    protected override void AddOutputs(Bert module, Tensor states, ParityCase parity, Dictionary<string, Tensor> outputs)
    {
        var (logits, pooled) = (module.CallScores(states), module.CallPooled(states));
        var following = module.CallNextSentence(pooled);
        (outputs["sequence_output"], outputs["pooled_output"]) = (states, pooled);
        (outputs["prediction_logits"], outputs["seq_relationship_logits"]) = (logits, following);
        if (parity.OptionalInput("labels") is not { } labels)
            return;
        var loss = Loss(logits, labels);
        outputs["loss"] = parity.OptionalInput("next_sentence_label") is { } label ? loss + Loss(following, label) : loss;
    }
}
