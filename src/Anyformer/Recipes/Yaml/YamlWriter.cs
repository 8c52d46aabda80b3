using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Anyformer.Recipes.Yaml;

/// <summary>Writes nodes as YAML: block sections, lists of single values on one line, quotes only where they are needed.</summary>
internal static partial class YamlWriter
{
    public static string Write(RecipeNode root)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var settings = new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024);
        var emitter = new Emitter(writer, settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Write(Emitter emitter, RecipeNode node)
    {
        switch (node)
        {
            case RecipeScalar scalar:
                Write(emitter, scalar);
                break;
            case RecipeSequence sequence:
                Write(emitter, sequence);
                break;
            case RecipeMapping mapping:
                Write(emitter, mapping);
                break;
        }
    }

    private static void Write(Emitter emitter, RecipeScalar scalar)
    {
        var plain = !scalar.IsText || (ScalarSyntax.IsText(scalar.Text) && PlainWord().IsMatch(scalar.Text));
        var style = plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    private static void Write(Emitter emitter, RecipeSequence sequence)
    {
        var style = sequence.Items.All(item => item is RecipeScalar) ? SequenceStyle.Flow : SequenceStyle.Block;
        emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
        foreach (var item in sequence.Items)
            Write(emitter, item);
        emitter.Emit(new SequenceEnd());
    }

    private static void Write(Emitter emitter, RecipeMapping mapping)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
        foreach (var entry in mapping.Entries)
        {
            Write(emitter, RecipeScalar.Quoted(entry.Key, entry.Origin));
            Write(emitter, entry.Value);
        }
        emitter.Emit(new MappingEnd());
    }

    [GeneratedRegex(@"^[A-Za-z0-9_./]([A-Za-z0-9_./+ -]*[A-Za-z0-9_./+-])?\z")]
    private static partial Regex PlainWord();
}
