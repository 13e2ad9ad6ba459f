package io.graft.backbone;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Half precision on the CPU that runs the tests. */
final class Bfloat16 {

    private Bfloat16() {
    }

    /** Ends the test as skipped, and says so, where the CPU does not compute in it. */
    static void require() {
        boolean present = Placement.computes(Precision.BFLOAT16, Cpu.description());
        if (!present) {
            System.out.println("SKIPPED a test: this CPU does not compute in bfloat16");
        }
        assumeTrue(present, "this CPU does not compute in bfloat16");
    }
}
