using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;

namespace Anyformer.Models.Language.Decoders;

/// <summary>
/// Cases of GPT-Neo in Hugging Face's transformers with the spans of MASFormer set layer by layer. Scores without a scale make such sharp attention that
/// gradients of the reference itself differ from those in double precision by more than the cases allow, so its activation is taken by its formula here too.
/// </summary>
[Reference("masformer")]
internal sealed class MasFormerReference() : CausalReference<MasFormer>(new MasFormerFormat("gelu-new"));
