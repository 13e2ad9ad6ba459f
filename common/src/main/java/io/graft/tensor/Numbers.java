package io.graft.tensor;

/** What float32 is made of, and the rule that a tensor holds finite numbers. */
final class Numbers {

    private Numbers() {
    }

    /** @throws io.graft.problem.Problem INVALID {@code TENSORS_INVALID} that names the first number that is not */
    static void requireFinite(String owner, String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw Safetensors.invalid(owner,
                        "has " + name + "[" + i + "] = " + values[i] + " (expected: a finite number)");
            }
        }
    }

    /** IEEE 754 binary16 to binary32, exactly. */
    static float ofHalf(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1F;
        int fraction = half & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int widened = exponent == 31 ? 255 : exponent + 112;
        return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
    }

    /** bfloat16, the upper half of a binary32, exactly. */
    static float ofBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
