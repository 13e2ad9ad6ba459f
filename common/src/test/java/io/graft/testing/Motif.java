package io.graft.testing;

import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import java.util.Random;

/** What a drawn image shows. Each is drawn around the origin, within a radius of about 1. */
enum Motif {
    CHECKER {
        @Override
        void draw(Graphics2D pen, Random random) {
            int cells = 3 + random.nextInt(4);
            double side = 1.8 / cells;
            for (int row = 0; row < cells; row++) {
                for (int column = row % 2; column < cells; column += 2) {
                    pen.fill(new Rectangle2D.Double(column * side - 0.9, row * side - 0.9, side, side));
                }
            }
        }
    },
    DOTS {
        @Override
        void draw(Graphics2D pen, Random random) {
            scatter(pen, random, 3 + random.nextInt(2), new Ellipse2D.Double(-1, -1, 2, 2));
        }
    },
    RINGS {
        @Override
        void draw(Graphics2D pen, Random random) {
            int rings = 2 + random.nextInt(3);
            Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
            for (int edge = 0; edge < 2 * rings; edge++) {
                double radius = (edge + 1.0) / (2 * rings);
                path.append(new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius), false);
            }
            pen.fill(path);
        }
    },
    STARS {
        @Override
        void draw(Graphics2D pen, Random random) {
            scatter(pen, random, 2, polygon(10, 1, 0.42));
        }
    },
    STRIPES {
        @Override
        void draw(Graphics2D pen, Random random) {
            int stripes = 3 + random.nextInt(5);
            double pitch = 1.8 / stripes;
            double thickness = pitch * (0.35 + 0.3 * random.nextDouble());
            for (int stripe = 0; stripe < stripes; stripe++) {
                pen.fill(new Rectangle2D.Double(-0.9, stripe * pitch - 0.9, 1.8, thickness));
            }
        }
    },
    TRIANGLES {
        @Override
        void draw(Graphics2D pen, Random random) {
            scatter(pen, random, 2, polygon(3, 1));
        }
    };

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    abstract void draw(Graphics2D pen, Random random);

    /** Draws copies of a shape of radius 1, each in its own cell of a grid, shifted, turned and sized at random. */
    private static void scatter(Graphics2D pen, Random random, int cells, Shape shape) {
        double side = 2.0 / cells;
        for (int cell = random.nextInt(2); cell < cells * cells; cell++) {
            int row = cell / cells;
            int column = cell % cells;
            Graphics2D copy = (Graphics2D) pen.create();
            copy.translate((column + 0.5 + jitter(random)) * side - 1, (row + 0.5 + jitter(random)) * side - 1);
            copy.rotate(random.nextDouble() * 2 * Math.PI);
            double radius = side * (0.36 + 0.16 * random.nextDouble());
            copy.scale(radius, radius);
            copy.fill(shape);
            copy.dispose();
        }
    }

    /** Corners at equal angles, which take their distances from the middle in turn. */
    private static Shape polygon(int corners, double... radii) {
        Path2D path = new Path2D.Double();
        for (int corner = 0; corner < corners; corner++) {
            double angle = 2 * Math.PI * corner / corners;
            double radius = radii[corner % radii.length];
            if (corner == 0) {
                path.moveTo(radius, 0);
            } else {
                path.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
            }
        }
        path.closePath();
        return path;
    }

    private static double jitter(Random random) {
        return (random.nextDouble() - 0.5) * 0.2;
    }
}
