using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;

namespace Anyformer.Models.Language.Decoders;

/// <summary>Cases of GPT-2 in Hugging Face's transformers.</summary>
[Reference("gpt2")]
internal sealed class Gpt2Reference() : CausalReference<Gpt2>(new Gpt2Format());
