package io.graft.backbone;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * The backbones of a process, and what they have in common.
 *
 * @param byId each under its own name; the bundled {@code resnet18} and {@code minilm}, which embeds texts, are among them,
 *        configured or not
 * @param image the one that embeds images
 * @param imageBytesMax of an encoded image
 * @param imagePixelsMax width × height of an image; one is decoded at 3 bytes a pixel (6 where a PNG has 16 bits) on each
 *        thread
 * @param openCountMax backbones that are open at once, besides that for texts; an open one stays open
 * @param retryDelay how long one that could not be opened is not tried again
 * @param downloads where weights from the web are kept, and how much of what is fetched
 */
public record BackbonesConfig(Map<BackboneId, BackboneConfig> byId, BackboneId image, int imageBytesMax, int imagePixelsMax,
        int openCountMax, Duration retryDelay, DownloadRules downloads) {

    /** As long as a Kafka message usually may be at most, and longer than photographs are. */
    public static final int IMAGE_BYTES_MAX = 16 << 20;
    /** A 24 megapixel camera's: 75 MB a thread. A larger photograph tells the network, which sees 224 pixels, nothing more. */
    public static final int IMAGE_PIXELS_MAX = 25_000_000;

    private static final int OPEN_COUNT_MAX = 8;
    private static final Duration RETRY_DELAY = Duration.ofMinutes(1);
    private static final Duration RETRY_DELAY_MIN = Duration.ofSeconds(1);
    /** The longest Java array, in pixels of 3 bytes. */
    private static final int PIXELS_LIMIT = (Integer.MAX_VALUE - 8) / 3;

    /** The backbone in this jar, and no other. */
    public static final BackbonesConfig BUNDLED = of(BackboneConfig.BUNDLED);

    public BackbonesConfig {
        Map<BackboneId, BackboneConfig> all = new TreeMap<>(byId);
        all.putIfAbsent(BackboneConfig.BUNDLED.id(), BackboneConfig.BUNDLED);
        all.putIfAbsent(BackboneConfig.TEXT.id(), BackboneConfig.TEXT);
        byId = Map.copyOf(all);
        all.remove(BackboneConfig.TEXT.id());
        if (!all.containsKey(image)) {
            throw invalid("the backbone for images is '" + image + "' (expected: one of " + all.keySet() + ")");
        }
        if (imageBytesMax < 1) {
            throw invalid("imageBytesMax is " + imageBytesMax + " (expected: at least 1)");
        }
        if (imagePixelsMax < 1 || imagePixelsMax > PIXELS_LIMIT) {
            throw invalid("imagePixelsMax is " + imagePixelsMax + " (expected: 1 to " + PIXELS_LIMIT + ")");
        }
        if (openCountMax < 1) {
            throw invalid("openCountMax is " + openCountMax + " (expected: at least 1)");
        }
        if (retryDelay.compareTo(RETRY_DELAY_MIN) < 0) {
            throw invalid("retryDelay is " + retryDelay + " (expected: at least " + RETRY_DELAY_MIN + ")");
        }
    }

    /** Several backbones with the usual limits; the first embeds images. */
    public static BackbonesConfig of(BackboneConfig... backbones) {
        Map<BackboneId, BackboneConfig> byId = new TreeMap<>();
        List.of(backbones).forEach(backbone -> byId.put(backbone.id(), backbone));
        return new BackbonesConfig(byId, backbones[0].id(), IMAGE_BYTES_MAX, IMAGE_PIXELS_MAX, OPEN_COUNT_MAX, RETRY_DELAY,
                DownloadRules.USUAL);
    }

    private static Problem invalid(String what) {
        return Problem.invalid("BACKBONE_CONFIG_INVALID", what);
    }
}
