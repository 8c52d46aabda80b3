using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Anyformer.Torch.Generator.Tests;

/// <summary>Runs the generator inside a compilation against the fake runtime.</summary>
internal static class Compiler
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp13, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "System.Runtime.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpCompilation Compilation { get; } = CSharpCompilation.Create(
        "Generated",
        [Parse(ReadResource("FakeRuntime.cs"))],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, warningLevel: 9999));

    public static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, ParseOptions);

    /// <summary>A driver of the generator for a list of operators with this text.</summary>
    public static GeneratorDriver CreateDriver(string list) => CSharpGeneratorDriver.Create(
        [new OperatorGenerator().AsSourceGenerator()],
        [new OperatorFile(list)],
        ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The fake runtime with the methods generated from <paramref name="list"/>, and what the generator reported.</summary>
    public static (Compilation Compilation, ImmutableArray<Diagnostic> Diagnostics) Generate(string list)
    {
        CreateDriver(list).RunGeneratorsAndUpdateCompilation(Compilation, out var compilation, out var diagnostics);
        return (compilation, diagnostics);
    }

    public static string ReadResource(string name)
    {
        using var stream = typeof(Compiler).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }
}

/// <summary>A list of operators in memory.</summary>
internal sealed class OperatorFile(string text) : AdditionalText
{
    public override string Path => "Operators/" + OperatorGenerator.FileName;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
}
