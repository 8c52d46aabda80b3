namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for behind records; netstandard2.0, which compilers load generators as, lacks it.</summary>
internal static class IsExternalInit;
