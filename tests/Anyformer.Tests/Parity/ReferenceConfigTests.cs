using System.Text.Json;
using Anyformer.Parity;

namespace Anyformer.Tests.Parity;

public sealed class ReferenceConfigTests
{
    private readonly ReferenceConfig _config = new(JsonDocument.Parse("""
        {"n": 3, "x": 0.5, "on": true, "off": 0, "one": 1, "text": "a", "list": [1, 2], "none": null, "inner": {"k": 1}}
        """).RootElement);

    [Fact]
    public void ValuesAreReadByType()
    {
        Assert.Equal((3, 3.0, 0.5, "a"), (_config.Int("n"), _config.Double("n"), _config.Double("x"), _config.String("text")));
        Assert.Equal((true, false, true), (_config.Bool("on"), _config.Bool("off"), _config.Bool("one")));
        Assert.Equal([1, 2], _config.Ints("list"));
        Assert.Equal(1, _config.Json("inner").GetProperty("k").GetInt32());
    }

    [Fact]
    public void WhatIsLeftOutOrNullTakesTheReferencesDefault()
    {
        Assert.Equal((7, 7, 1.5, true, "b"), (_config.Int("m", 7), _config.Int("none", 7), _config.Double("m", 1.5),
            _config.Bool("m", true), _config.String("m", "b")));
        Assert.Equal((3, false), (_config.Int("n", 7), _config.Bool("off", true)));
        Assert.False(_config.Has("none"));
    }

    [Fact]
    public void KeysThatNobodyReadAreKnown()
    {
        _config.Int("n");
        _config.Int("absent", 1);
        _config.Has("none");
        _config.WithoutEffect("x", "list");
        Assert.Equal(["on", "off", "one", "text", "inner"], _config.UnreadKeys);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        Assert.Equal("The configuration of the case has no key 'absent'.", Assert.Throws<UserException>(() => _config.Int("absent")).Message);
        Assert.Equal("The key 'x' of the case's configuration should be of type Int32, found 0.5.",
            Assert.Throws<UserException>(() => _config.Int("x")).Message);
        Assert.Equal("The key 'text' of the case's configuration should be of type Boolean, found a.",
            Assert.Throws<UserException>(() => _config.Bool("text")).Message);
    }
}
