namespace Anyformer.Models.Language;

/// <summary>A model of texts that tells the sizes that it was built for.</summary>
public interface ISizedTextModel
{
    /// <summary>The sizes of the texts.</summary>
    LanguageShape Shape { get; }
}
