package io.graft.inference.openinference;

/** The datatypes of the protocol that a task takes or answers with. */
public enum Datatype {
    /** Byte strings, each of its own length. */
    BYTES,
    /** Whole numbers, 0 to 255. */
    UINT8,
    /** Numbers of four bytes. */
    FP32
}
