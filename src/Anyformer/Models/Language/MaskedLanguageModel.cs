namespace Anyformer.Models.Language;

/// <summary>A model that tells what stands at the masked places of a text, from what stands before and behind them.</summary>
public abstract class MaskedLanguageModel : TextModel;
