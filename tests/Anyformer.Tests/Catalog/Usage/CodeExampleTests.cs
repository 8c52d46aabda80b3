using System.Reflection;
using Anyformer.Catalog;
using Anyformer.Catalog.Usage;
using Anyformer.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Anyformer.Tests.Catalog.Usage;

[Collection(DefaultGenerator.Name)]
public sealed class CodeExampleTests
{
    private static readonly CatalogEntry[] s_entries = [.. MethodCatalog.Entries];

    private static readonly Lazy<Assembly> s_compiled = new(Compile);

    public static TheoryData<string> Parts => [.. s_entries.Where(entry => entry.IsPart).Select(entry => entry.Id)];

    [Fact]
    public void AllExamplesCompile() => Assert.Equal(s_entries.Length, s_compiled.Value.GetTypes().Count(type => type.Name.StartsWith("Example", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Parts))]
    public void AnExampleOfAPartRuns(string id)
    {
        TorchRuntime.ManualSeed(1);
        using var scope = new TensorScope();
        s_compiled.Value.GetType(ClassOf(MethodCatalog.Get(id)))!.GetMethod("Run")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    [Fact]
    public void ItIsWhatAProgramWouldSay()
    {
        Assert.Equal(
            """
            using Anyformer.Attention;
            using Anyformer.Attention.Kernels;
            using Anyformer.Torch;

            var attention = new Performer(new AttentionShape(Heads: 4, HeadWidth: 16), new PerformerOptions());
            var (queries, keys, values) = (Functional.Randn([2, 4, 32, 16]), Functional.Randn([2, 4, 32, 16]), Functional.Randn([2, 4, 32, 16]));
            var contexts = attention.Call(queries, keys, values);   // (batch, heads, tokens, head width)
            """,
            CodeExample.Of(MethodCatalog.Get("performer")));
        Assert.EndsWith(
            """
            var part = new TransparentAttention(encoderBlocks: 4, decoderBlocks: 4);
            // Tensor Call(Tensor outputs)
            """,
            CodeExample.Of(MethodCatalog.Get("transparent-attention")), StringComparison.Ordinal);
    }

    private static string ClassOf(CatalogEntry entry) => $"Example_{entry.Id.Replace('-', '_')}";

    private static Assembly Compile()
    {
        // An example is the body of a method: its directives go before the class.
        var trees = s_entries.Select(entry =>
        {
            var parts = CodeExample.Of(entry).Split("\n\n", 2);
            return CSharpSyntaxTree.ParseText($"{parts[0]}\npublic static class {ClassOf(entry)} {{ public static void Run() {{\n{parts[1]}\n}} }}", path: entry.Id);
        });
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Concat([typeof(MethodCatalog).Assembly.Location, typeof(Tensor).Assembly.Location]).Distinct().Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Examples", trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return Assembly.Load(stream.ToArray());
    }
}
