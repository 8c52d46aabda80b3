using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Anyformer.Cli.Reports;

/// <summary>
/// A piece of HTML. It is written as an interpolated string whose holes are escaped, unless they hold HTML themselves, so that
/// nothing from outside can become markup by being forgotten.
/// </summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>The markup of <paramref name="markup"/>, with escaped holes.</summary>
    public static Html Of(ref Interpolation markup) => new(markup.ToString());

    /// <summary>The markup.</summary>
    public override string ToString() => _markup ?? "";

    /// <summary>Collects an interpolated string, escaping what is put into its holes.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Interpolation(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _markup = new(literalLength + 16 * formattedCount);

        public void AppendLiteral(string literal) => _markup.Append(literal);

        public void AppendFormatted(Html part) => _markup.Append(part);

        public void AppendFormatted(IEnumerable<Html> parts) => _markup.AppendJoin("", parts);

        public void AppendFormatted(string? text) => _markup.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted(int number) => _markup.Append(number.ToString(CultureInfo.InvariantCulture));

        /// <summary>The number so that a script reads back the same one; empty when it is not finite.</summary>
        public void AppendFormatted(double number)
        {
            if (double.IsFinite(number))
                _markup.Append(number.ToString("R", CultureInfo.InvariantCulture));
        }

        public override string ToString() => _markup.ToString();
    }
}
