using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Anyformer.Modules;

/// <summary>The members of a module type that hold parameters, buffers and modules, found once per type in the order of their declaration.</summary>
internal sealed class ModuleMembers
{
    private static readonly ConcurrentDictionary<Type, ModuleMembers> s_known = new();

    private ModuleMembers(Type type)
    {
        RefuseCaptures(type);
        var members = Declared(type).Select(member => new ModuleMember(member)).ToArray();
        Parameters = [.. members.Where(member => member.Holds<Parameter>())];
        Modules = [.. members.Where(member => member.Holds<Module>())];
        Buffers = [.. members.Where(member => member.Buffer is not null)];
    }

    internal IReadOnlyList<ModuleMember> Parameters { get; }

    internal IReadOnlyList<ModuleMember> Modules { get; }

    internal IReadOnlyList<ModuleMember> Buffers { get; }

    internal static ModuleMembers Of(Type type) => s_known.GetOrAdd(type, static key => new ModuleMembers(key));

    /// <summary>
    /// A module or parameter that methods take straight from a primary constructor lies in a field without a name: it would be left out of training
    /// and of checkpoints without a word.
    /// </summary>
    private static void RefuseCaptures(Type type)
    {
        const BindingFlags hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var current = type; current is not null && current != typeof(Module); current = current.BaseType)
            foreach (var field in current.GetFields(hidden))
                if (field.Name.EndsWith(">P", StringComparison.Ordinal) && (field.FieldType.IsAssignableTo(typeof(Module)) || field.FieldType.IsAssignableTo(typeof(Parameter))))
                    throw new InvalidOperationException(
                        $"{current.Name} uses the constructor parameter '{field.Name[1..^2]}' in a method: declare a property of it, or it has no name in the state dict.");
    }

    private static IEnumerable<MemberInfo> Declared(Type type)
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var inherited = type.BaseType is { } parent && parent != typeof(Module) ? Declared(parent) : [];
        var members = type.GetMembers(own).Where(IsState).OrderBy(member => member.MetadataToken);
        return inherited.Concat(members.OfType<FieldInfo>()).Concat(members.OfType<PropertyInfo>());
    }

    private static bool IsState(MemberInfo member) => member switch
    {
        FieldInfo field => !field.IsDefined(typeof(CompilerGeneratedAttribute)),
        PropertyInfo property => property.CanRead && property.GetIndexParameters().Length == 0 && IsFirstDeclaration(property),
        _ => false,
    };

    /// <summary>An overriding property is the same member as the one it overrides: the base type lists it.</summary>
    private static bool IsFirstDeclaration(PropertyInfo property) =>
        property.GetMethod!.GetBaseDefinition().DeclaringType == property.DeclaringType;
}

/// <summary>One member of a module type and its name in the state dict.</summary>
internal sealed class ModuleMember(MemberInfo member)
{
    private readonly Type _type = member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    internal string Name { get; } = member.GetCustomAttribute<StateNameAttribute>()?.Name ?? SnakeCase(member.Name);

    internal BufferAttribute? Buffer { get; } = member.GetCustomAttribute<BufferAttribute>();

    internal bool Holds<T>() => _type.IsAssignableTo(typeof(T));

    internal T? Value<T>(Module module) where T : class =>
        (T?)(member is FieldInfo field ? field.GetValue(module) : ((PropertyInfo)member).GetValue(module));

    /// <summary><c>QueryProjection</c> becomes <c>query_projection</c>, <c>_conv1</c> becomes <c>conv1</c>.</summary>
    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        var plain = name.TrimStart('_');
        for (var i = 0; i < plain.Length; i++)
        {
            if (i > 0 && char.IsUpper(plain[i]) && (!char.IsUpper(plain[i - 1]) || (i + 1 < plain.Length && char.IsLower(plain[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(plain[i]));
        }

        return text.ToString();
    }
}
