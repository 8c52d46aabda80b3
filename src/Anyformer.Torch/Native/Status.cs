using System.Runtime.InteropServices;

namespace Anyformer.Torch.Native;

/// <summary>Turns the status of a native call into an exception, and native text into strings.</summary>
internal static unsafe class Status
{
    internal static void Check(int status)
    {
        if (status != 0)
            throw new TorchException(LastError());
    }

    internal static string LastError() => Marshal.PtrToStringUTF8((nint)NativeMethods.LastError()) ?? "unknown error";

    internal static string TakeString(byte* text)
    {
        try
        {
            return Marshal.PtrToStringUTF8((nint)text) ?? "";
        }
        finally
        {
            NativeMethods.Free(text);
        }
    }
}
