using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Cases of a whole model of gordicaleksa's pytorch-original-transformer, or of a code built on it: what the encoder gives, and log-probabilities.</summary>
internal abstract class TranslationReference<TModel> : ModelReference<TModel> where TModel : SequenceToSequenceModel
{
    protected override IReadOnlyDictionary<string, Tensor> Call(TModel module, ParityCase parity)
    {
        var padding = parity.Config.Int("pad_token_id");
        TextInput Text(string side) => new(parity.Input($"{side}_token_ids_batch")) { Real = parity.Input($"{side}_token_ids_batch").Ne(padding) };
        var source = Text("src");
        var memory = module.CallEncoder(source);
        var scores = module.CallDecoder(Text("trg"), memory, source.Real);
        return new Dictionary<string, Tensor> { ["src_representations_batch"] = memory, ["trg_log_probs"] = scores.Flatten(0, 1).LogSoftmax(-1) };
    }
}
