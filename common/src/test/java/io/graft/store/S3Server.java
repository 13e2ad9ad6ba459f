package io.graft.store;

import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.Blob;
import org.jclouds.blobstore.options.PutOptions;
import org.jclouds.blobstore.util.ForwardingBlobStore;

/** S3Proxy in this process, which keeps its objects in memory and checks signatures of version 4. */
final class S3Server implements AutoCloseable {

    static final String BUCKET = "graft";
    static final String ACCESS_KEY_ID = "graft-trainer";
    static final String SECRET_ACCESS_KEY = "a secret of the test";

    private final BlobStoreContext context;
    private final CountingStore blobs;
    private final S3Proxy proxy;

    private S3Server() throws Exception {
        context = ContextBuilder.newBuilder(new TransientNio2BlobApiMetadata()).credentials("none", "none")
                .build(BlobStoreContext.class);
        blobs = new CountingStore(context.getBlobStore());
        blobs.createContainerInLocation(null, BUCKET);
        // It does not know the digest that goes along with an object.
        proxy = S3Proxy.builder().endpoint(URI.create("http://127.0.0.1:0")).blobStore(blobs).ignoreUnknownHeaders(true)
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY_ID, SECRET_ACCESS_KEY).build();
        proxy.start();
    }

    static S3Server start() throws Exception {
        return new S3Server();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    /** Writes an object past the door. */
    void write(String key, byte[] bytes) {
        context.getBlobStore().putBlob(BUCKET,
                blobs.blobBuilder(key).payload(bytes).contentLength(bytes.length).build());
    }

    /** Objects that came through the door. */
    int putCount() {
        return blobs.putCount.get();
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("S3Proxy does not end", e);
        } finally {
            context.close();
        }
    }

    private static final class CountingStore extends ForwardingBlobStore {

        private final AtomicInteger putCount = new AtomicInteger();

        private CountingStore(BlobStore store) {
            super(store);
        }

        @Override
        public String putBlob(String container, Blob blob) {
            putCount.incrementAndGet();
            return super.putBlob(container, blob);
        }

        @Override
        public String putBlob(String container, Blob blob, PutOptions options) {
            putCount.incrementAndGet();
            return super.putBlob(container, blob, options);
        }
    }
}
