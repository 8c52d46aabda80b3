using Anyformer.Cli.Reports;

namespace Anyformer.Cli.Tests.Reports;

public class HtmlTests
{
    [Fact]
    public void HolesAreEscapedAndMarkupIsKept()
    {
        var inner = Html.Of($"<i>{"a < b & \"c\""}</i>");
        var items = new[] { Html.Of($"{1}"), Html.Of($"{"<"}") };
        Assert.Equal("<p><i>a &lt; b &amp; &quot;c&quot;</i>1&lt;</p>", Html.Of($"<p>{inner}{items}</p>").ToString());
    }

    [Fact]
    public void NumbersAreExactAndUndefinedOnesEmpty() =>
        Assert.Equal("[0.1][1E-07][]", Html.Of($"[{0.1}][{1e-7}][{double.NaN}]").ToString());
}
