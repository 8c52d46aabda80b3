namespace Anyformer;

/// <summary>
/// A mistake in what the user gave: a file, an option, a shape, a column. The message is one sentence that names the thing,
/// what was found and what was expected; the command line prints it without a stack trace and exits with 2.
/// </summary>
public class UserException : Exception
{
    /// <summary>A mistake told in one sentence.</summary>
    public UserException(string message) : base(message) { }

    /// <summary>A mistake told in one sentence, with what raised it.</summary>
    public UserException(string message, Exception inner) : base(message, inner) { }
}
