package io.graft.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import io.graft.id.TaskId;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;

/** One call of {@code ModelInfer}, begun at once and asked later. */
final class GrpcInfer implements AutoCloseable {

    private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor
            .newBuilder(new Bytes(), new Bytes())
            // A call with one message would be begun with its message.
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName("inference.GRPCInferenceService/ModelInfer").build();

    private final ManagedChannel channel;
    private final ClientCall<byte[], byte[]> call;
    private final CompletableFuture<Status> status = new CompletableFuture<>();

    GrpcInfer(int port) {
        this.channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
        this.call = channel.newCall(METHOD, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {
            @Override
            public void onClose(Status ended, Metadata trailers) {
                status.complete(ended);
            }
        }, new Metadata());
        call.request(1);
    }

    /** Asks for the label of a vector, and waits for the end of the call. */
    Status ask(TaskId task, float... vector) {
        call.sendMessage(message(task, vector));
        call.halfClose();
        return status.join();
    }

    /** The protocol's {@code ModelInferRequest} with one input, FP32 [1, n]. */
    private static byte[] message(TaskId task, float[] vector) {
        ByteBuffer numbers = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        numbers.asFloatBuffer().put(vector);
        byte[] shape = { 1, (byte) vector.length };
        byte[] input = join(field(1, bytes("x")), field(2, bytes("FP32")), field(3, shape),
                field(5, field(6, numbers.array())));
        return join(field(1, bytes(task.value())), field(5, input));
    }

    /** Protobuf: what has a length of its own, here below 128. */
    private static byte[] field(int number, byte[] value) {
        return join(new byte[] { (byte) ((number << 3) | 2), (byte) value.length }, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
