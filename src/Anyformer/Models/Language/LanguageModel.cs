namespace Anyformer.Models.Language;

/// <summary>A model that tells, at every place of a text, what comes next, from what came before.</summary>
public abstract class LanguageModel : TextModel;
