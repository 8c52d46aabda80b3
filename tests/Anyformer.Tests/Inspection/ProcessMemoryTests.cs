using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection;

[Collection(DefaultGenerator.Name)]
public sealed class ProcessMemoryTests
{
    private const long Bytes = 64 << 20;

    [SkippableFact]
    public void MemoryThatIsTouchedIsResidentAndThePeakRemembersIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells");
        ProcessMemory.ResetPeak();
        var before = ProcessMemory.Resident;
        using (var tensor = Functional.Ones([Bytes], DType.UInt8))
            Assert.InRange(ProcessMemory.Resident - before, Bytes * 9 / 10, Bytes * 2);
        Assert.True(ProcessMemory.Peak - before >= Bytes * 9 / 10);
        // Until it is told to give back what is free, the C library may keep it for what comes next.
        ProcessMemory.ResetPeak();
        Assert.InRange(ProcessMemory.Resident - before, -Bytes, Bytes / 2);
        Assert.InRange(ProcessMemory.Peak - ProcessMemory.Resident, 0, Bytes / 2);
    }
}
