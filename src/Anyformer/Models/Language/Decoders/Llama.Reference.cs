using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;

namespace Anyformer.Models.Language.Decoders;

/// <summary>Cases of Llama in Hugging Face's transformers.</summary>
[Reference("llama")]
internal sealed class LlamaReference() : CausalReference<Llama>(new LlamaFormat());
