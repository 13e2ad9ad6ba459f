package io.graft.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;

/** Fetches one file, going on behind what an earlier try has left, as long as each try brings something. */
final class Download {

    private static final Logger LOG = LoggerFactory.getLogger(Download.class);
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int TRY_COUNT_MAX = 20;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_UNSATISFIABLE = 416;

    private final URI uri;
    private final Path part;
    private final DownloadRules rules;
    private final Path destination;
    private final long startNanos = System.nanoTime();
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).followRedirects(Redirect.NORMAL)
            .build();

    /**
     * @param part what has come so far, and what comes
     * @param destination where a person may put the file who fetches it otherwise
     */
    Download(URI uri, Path part, DownloadRules rules, Path destination) {
        this.uri = uri;
        this.part = part;
        this.rules = rules;
        this.destination = destination;
    }

    /** Returns when the server has no more. */
    void run() {
        for (int tries = 1;; tries++) {
            long before = size();
            try {
                attempt(before);
                return;
            } catch (IOException e) {
                if (size() == before || tries == TRY_COUNT_MAX || remaining().isNegative()) {
                    throw failed(e);
                }
                LOG.warn("Download broke off and goes on uri={} sizeBytes={} because={}", DownloadCache.uri(uri), size(),
                        e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failed(e);
            }
        }
    }

    private long size() {
        try {
            return Files.exists(part) ? Files.size(part) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private Duration remaining() {
        return rules.timeMax().minusNanos(System.nanoTime() - startNanos);
    }

    private void attempt(long offset) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(rules.silenceMax());
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            long begin = begin(response, offset);
            long expected = begin + response.headers().firstValueAsLong("content-length").orElse(-1 - begin);
            requireSize(expected);
            try (OutputStream out = begin == 0 ? Files.newOutputStream(part)
                    : Files.newOutputStream(part, StandardOpenOption.APPEND);
                    DownloadWatch watch = new DownloadWatch(DownloadCache.uri(uri), body, begin, expected, rules,
                            remaining())) {
                copy(body, out, watch, begin);
            }
            if (expected >= 0 && size() < expected) {
                throw new IOException("it ended after " + size() + " of " + expected + " bytes");
            }
        }
    }

    /** From which byte on the answer is. */
    private long begin(HttpResponse<InputStream> response, long offset) throws IOException {
        int status = response.statusCode();
        if (status == OK) {
            return 0;
        }
        if (status == PARTIAL
                && response.headers().firstValue("content-range").orElse("").startsWith("bytes " + offset + "-")) {
            return offset;
        }
        if (offset > 0 && (status == RANGE_UNSATISFIABLE || status == PARTIAL)) {
            Files.delete(part);
        }
        throw new IOException("the server answered " + status);
    }

    private void copy(InputStream body, OutputStream out, DownloadWatch watch, long begin) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        long size = begin;
        for (int length = read(body, chunk, watch); length >= 0; length = read(body, chunk, watch)) {
            size += length;
            requireSize(size);
            out.write(chunk, 0, length);
            watch.arrived(size);
        }
    }

    /** A stream that the watch has closed says no more than that it is closed. */
    private static int read(InputStream body, byte[] chunk, DownloadWatch watch) throws IOException {
        try {
            return body.read(chunk);
        } catch (IOException e) {
            throw watch.reason().map(reason -> new IOException(reason, e)).orElse(e);
        }
    }

    private void requireSize(long sizeBytes) throws IOException {
        if (sizeBytes > rules.sizeBytesMax()) {
            Files.deleteIfExists(part);
            throw Problem.invalid("DOWNLOAD_INVALID", DownloadCache.uri(uri) + " has " + sizeBytes
                    + " bytes or more (expected: at most " + rules.sizeBytesMax() + ")");
        }
    }

    private Problem failed(Exception cause) {
        return Problem.broken("DOWNLOAD_FAILED", DownloadCache.uri(uri) + " cannot be fetched: " + cause
                + " (expected: a way to it, or the file itself at " + destination + ")", cause);
    }
}
