namespace Anyformer.Cli;

/// <summary>Where the hub is and its cache, by the variables that the hub's other tools read.</summary>
internal static class HubSettings
{
    /// <summary>The address of the hub: <c>HF_ENDPOINT</c>.</summary>
    /// <exception cref="UserException">It is no address.</exception>
    public static Uri Endpoint => (Variable("HF_ENDPOINT") ?? "https://huggingface.co").TrimEnd('/') + "/" is var text
        && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new UserException($"HF_ENDPOINT must be the address of a hub, found '{text}'.");

    /// <summary>The cache: <c>HF_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>, or in the user's cache folder.</summary>
    public static string CacheFolder => Variable("HF_HUB_CACHE") ?? Path.Combine(Home, "hub");

    /// <summary>What lets one see private models: <c>HF_TOKEN</c>, or the file that logging in leaves; null for none.</summary>
    public static string? Token => Variable("HF_TOKEN") ?? (File.Exists(Path.Combine(Home, "token")) ? File.ReadAllText(Path.Combine(Home, "token")).Trim() : null);

    private static string Home => Variable("HF_HOME")
        ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
