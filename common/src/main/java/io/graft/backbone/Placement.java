package io.graft.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import ai.djl.Device;
import io.graft.problem.Problem;

/**
 * Where a program runs and in what numbers.
 *
 * @param device {@code cpu} or {@code gpu}
 * @param precision what it computes in
 */
record Placement(String device, Precision precision) {

    static final String AUTO = "auto";

    private static final Logger LOG = LoggerFactory.getLogger(Placement.class);
    /** What oneDNN asks of an x86 processor to convolve in half precision. */
    private static final Map<Precision, Pattern> NEEDED = Map.of(
            Precision.BFLOAT16, Pattern.compile("\\b(avx512bw|avx_ne_convert)\\b"),
            Precision.FLOAT16, Pattern.compile("\\b(avx512_fp16|avx_ne_convert)\\b"));
    private static final Pattern FAST_BFLOAT16 = Pattern.compile("\\b(amx_bf16|avx512_bf16)\\b");
    private static final Set<Placement> LOGGED = ConcurrentHashMap.newKeySet();

    /**
     * @param deviceChoice {@code cpu}, {@code gpu} or {@code auto}: the GPU when the engine has one
     * @param precisionChoice {@code float32}, {@code bfloat16}, {@code float16} or {@code auto}: what is fast on the device
     * @throws Problem INVALID for another word, BROKEN for a GPU that is not there and for a precision that the CPU has no
     *         instructions for
     */
    static Placement choose(String deviceChoice, String precisionChoice) {
        String device = device(deviceChoice);
        Placement placement = new Placement(device,
                precisionChoice.equals(AUTO) ? fastest(device) : precision(precisionChoice));
        if (device.equals("cpu") && !computes(placement.precision, Cpu.description())) {
            throw Problem.broken("PRECISION_UNSUPPORTED", "this CPU has no instructions for precision '" + placement.precision
                    + "' (expected: precision 'auto' or 'float32', or another CPU)");
        }
        if (LOGGED.add(placement)) {
            LOG.info("Placement chosen device={} precision={} engine=\"{}\" threadCount={} available={}", placement.device,
                    placement.precision, TorchEngine.version(), System.getProperty("ai.djl.pytorch.num_threads"), available());
        }
        return placement;
    }

    /** Every placement that {@code auto} may choose here, the fastest first. */
    static List<Placement> available() {
        List<Placement> placements = new ArrayList<>();
        for (String device : TorchEngine.gpuCount() > 0 ? List.of("gpu", "cpu") : List.of("cpu")) {
            Precision fastest = fastest(device);
            placements.add(new Placement(device, fastest));
            if (fastest != Precision.FLOAT32) {
                placements.add(new Placement(device, Precision.FLOAT32));
            }
        }
        return placements;
    }

    private static String device(String choice) {
        boolean gpuPresent = TorchEngine.gpuCount() > 0;
        return switch (choice) {
            case AUTO -> gpuPresent ? "gpu" : "cpu";
            case "cpu" -> "cpu";
            case "gpu" -> {
                if (!gpuPresent) {
                    throw Problem.broken("DEVICE_MISSING", "engine " + TorchEngine.version()
                            + " sees no GPU (expected one, because the device is configured as 'gpu')");
                }
                yield "gpu";
            }
            default -> throw Problem.invalid("DEVICE_INVALID",
                    "device is '" + choice + "' (expected: auto, cpu or gpu)");
        };
    }

    private static Precision precision(String choice) {
        return Arrays.stream(Precision.values()).filter(precision -> precision.toString().equals(choice)).findFirst()
                .orElseThrow(() -> Problem.invalid("PRECISION_INVALID",
                        "precision is '" + choice + "' (expected: auto, float32, bfloat16 or float16)"));
    }

    private static Precision fastest(String device) {
        if (device.equals("gpu")) {
            return Precision.FLOAT16;
        }
        return fastestOn(Cpu.description());
    }

    /**
     * Whether the engine can compute in it on a CPU.
     *
     * @param cpuFlags in the form of {@code /proc/cpuinfo}
     */
    static boolean computes(Precision precision, String cpuFlags) {
        Pattern needed = NEEDED.get(precision);
        return needed == null || !cpuFlags.contains("avx") || needed.matcher(cpuFlags).find();
    }

    /** On a CPU without instructions for it, bfloat16 is several times slower than float32. */
    static Precision fastestOn(String cpuFlags) {
        return FAST_BFLOAT16.matcher(cpuFlags).find() ? Precision.BFLOAT16 : Precision.FLOAT32;
    }

    Device torchDevice() {
        return device.equals("gpu") ? Device.gpu() : Device.cpu();
    }

    @Override
    public String toString() {
        return device + "/" + precision;
    }
}
