using FsCheck;
using FsCheck.Fluent;

namespace Anyformer.Testing;

/// <summary>Property checks: a test states what holds for every drawn value, and FsCheck searches for a counter-example.</summary>
public static class Property
{
    /// <summary>Checks <paramref name="body"/> on <paramref name="runs"/> values drawn from <paramref name="values"/>; the body asserts.</summary>
    public static void Holds<T>(Gen<T> values, Action<T> body, int runs = 100)
    {
        var property = Prop.ForAll(values.ToArbitrary(), value => { body(value); return true; });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), property);
    }
}
