using Anyformer.Modules;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Runs a module in evaluation mode and leaves it in the mode in which it was.</summary>
internal static class Evaluating
{
    internal static T Of<T>(Module module, Func<T> run)
    {
        var wasTraining = module.IsTraining;
        if (!wasTraining)
            return run();
        module.Eval();
        try
        {
            return run();
        }
        finally
        {
            module.Train(wasTraining);
        }
    }
}
