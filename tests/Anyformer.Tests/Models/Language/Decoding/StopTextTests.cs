using Anyformer.Models.Language.Decoding;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Models.Language.Decoding;

public sealed class StopTextTests
{
    [Fact]
    public void WhatMayBeginAStopIsHeldBack()
    {
        var stop = new StopText(["END", "!!"]);
        Assert.Equal("ab", stop.Add("abE"));
        Assert.Equal("E", stop.Add("EN"));
        Assert.Equal("ENx", stop.Add("x"));
        Assert.Equal("", stop.Add("!"));
        Assert.False(stop.IsOver);
        Assert.Equal("", stop.Add("!more"));
        Assert.True(stop.IsOver);
        Assert.Equal("", stop.Add("and more"));
        Assert.Equal("", stop.Finish());
    }

    [Fact]
    public void WhatIsHeldBackComesInTheEnd()
    {
        var stop = new StopText(["END"]);
        Assert.Equal("", stop.Add("EN"));
        Assert.Equal("EN", stop.Finish());
    }

    [Fact]
    public void ATextEndsAtItsFirstStopHoweverItComes() => Property.Holds(Gen.Choose(0, 100_000), seed =>
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(0, 30).Select(_ => "abc"[random.Next(3)]));
        string[] stops = ["abc", "cc", "bab"];
        var first = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(place => place >= 0).DefaultIfEmpty(text.Length).Min();
        var (passed, stop) = ("", new StopText(stops));
        for (var place = 0; place < text.Length;)
        {
            var length = Math.Min(random.Next(1, 4), text.Length - place);
            passed += stop.Add(text.Substring(place, length));
            place += length;
        }

        Assert.Equal(text[..first], passed + stop.Finish());
    });
}
