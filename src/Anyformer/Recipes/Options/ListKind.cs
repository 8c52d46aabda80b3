using System.Collections;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>A list, held in an array or a <see cref="ValueList{T}"/>, whichever the property can hold.</summary>
internal sealed class ListKind(Type type, Type element, OptionKind elementKind) : OptionKind
{
    public override string Expected => $"a list, each {elementKind.Expected}";

    public override object Read(RecipeNode node, string path, object? inherited)
    {
        if (node is not RecipeSequence sequence)
            throw Wrong(node, path);
        var items = Array.CreateInstance(element, sequence.Items.Count);
        for (var i = 0; i < items.Length; i++)
            items.SetValue(elementKind.Read(sequence.Items[i], $"{path}[{i}]", null), i);
        return type.IsArray ? items : Activator.CreateInstance(typeof(ValueList<>).MakeGenericType(element), items)!;
    }

    public override RecipeNode Write(object value) =>
        new RecipeSequence(new(((IEnumerable)value).Cast<object?>().Select(item => WriteAny(elementKind, item))), NodeOrigin.Defaults);

    /// <summary>The element of a type of list that can be bound, or null for any other type.</summary>
    public static Type? ElementOf(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        return type.GenericTypeArguments is [var element] && type.IsAssignableFrom(typeof(ValueList<>).MakeGenericType(element))
            ? element
            : null;
    }
}
