using System.Text;
using Anyformer.Torch.Generator.Methods;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Anyformer.Torch.Generator;

/// <summary>Generates a C# method for every operator whose schema stands in the additional file <c>operators.txt</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class OperatorGenerator : IIncrementalGenerator
{
    /// <summary>The file that lists the operators.</summary>
    public const string FileName = "operators.txt";

    /// <summary>The name under which the compiler tracks the step that reads the list.</summary>
    public const string ListStep = "OperatorList";

    private const string Tensor = "public unsafe partial class Tensor";

    private const string Functional = """
        /// <summary>The operators that are not methods of a tensor.</summary>
        public static unsafe partial class Functional
        """;

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var lists = context.AdditionalTextsProvider
            .Where(file => Path.GetFileName(file.Path) == FileName)
            .Select((file, cancellation) => OperatorList.Parse(file.Path, file.GetText(cancellation) ?? SourceText.From(""), cancellation))
            .WithTrackingName(ListStep);
        context.RegisterSourceOutput(lists, Generate);
    }

    private static void Generate(SourceProductionContext context, OperatorList list)
    {
        foreach (var problem in list.Problems)
            context.ReportDiagnostic(problem.ToDiagnostic());
        Add(context, "Tensor", MethodWriter.WriteType(Tensor, list.Methods.Where(method => method.IsInstance)));
        Add(context, "Functional", MethodWriter.WriteType(Functional, list.Methods.Where(method => !method.IsInstance)));
        Add(context, "Operators", MethodWriter.WriteOperators(list.Methods));
    }

    private static void Add(SourceProductionContext context, string type, string text) =>
        context.AddSource($"{type}.g.cs", SourceText.From(text, Encoding.UTF8));
}
