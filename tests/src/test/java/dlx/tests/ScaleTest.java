package dlx.tests;

import dlx.emit.ClassEmitter;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.schedule.Plan;
import dlx.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
  static Function chain(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("n"));
    Node y = x;
    for (int i = 0; i < n; i++) {
      y = i % 3 == 0 ? y.times(x) : i % 3 == 1 ? y.plus(1 + i) : y.exp();
    }
    return Trial.function(y);
  }

  static Function sum(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("n"));
    Node y = x;
    for (int i = 0; i < n; i++) {
      y = y.plus(x.plus(i).exp());
    }
    return Trial.function(y);
  }

  static Function scalars(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32);
    Node y = x;
    for (int i = 0; i < n; i++) {
      y = i % 3 == 0 ? y.times(x) : i % 3 == 1 ? y.plus(1 + i) : y.exp();
    }
    return Trial.function(y);
  }

  static Function outputs(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("n"));
    List<Node> ys = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      ys.add(x.plus(i).exp());
    }
    return Trial.function(ys, List.of());
  }

  static Function updates(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.of(30));
    List<Function.Update> us = new ArrayList<>();
    Node loss = x.sum();
    for (int i = 0; i < n; i++) {
      Leaf.Slot w = trial.slot("w" + i, Tensor.zeros(DType.F32, 30));
      Leaf.Slot v = trial.slot("v" + i, Tensor.zeros(DType.F32, 30));
      Node nw = trial.graph.node(w);
      Node nv = trial.graph.node(v);
      Node g = nw.times(x);
      Node m = nv.times(0.9).plus(g);
      us.add(new Function.Update(v, m));
      us.add(new Function.Update(w, nw.plus(m.times(-0.1))));
      loss = loss.plus(nw.times(nw).sum());
    }
    return Trial.function(List.of(loss), us);
  }

  static Function layers(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("b"), Extent.of(16));
    Node y = x;
    for (int i = 0; i < n; i++) {
      Node w = trial.input("w" + i, DType.F32, Extent.of(16), Extent.of(16));
      y =
          trial.graph.node(
              new dlx.graph.Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2)),
              y,
              w);
      Node m = y.reduce(Reduction.Kind.MAX, List.of(1));
      y = y.minus(m.spread(y.type().shape(), List.of(1))).exp();
      y = y.times(y.sum(List.of(0)).spread(y.type().shape(), List.of(0)));
    }
    return Trial.function(y);
  }

  static Function replaces(int n) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.of(50));
    Node y = x;
    for (int i = 0; i < n; i++) {
      y =
          trial.graph.node(
              new Indexing.Update(true), y, y.sum(), trial.constant(i % 50, DType.I32));
    }
    return Trial.function(y);
  }

  interface Maker {
    Function of(int n);
  }

  static void time(String name, Maker maker, int... sizes) {
    for (int n : sizes) {
      Function f = maker.of(n);
      long t0 = System.nanoTime();
      Schedule s = Plan.function(f);
      long t1 = System.nanoTime();
      ClassEmitter.Emitted e = ClassEmitter.emit(f, "x.dlx", dlx.runtime.Simd.bits());
      long t2 = System.nanoTime();
      try {
        ClassEmitter.load(e);
      } catch (Throwable t) {
        System.out.println(t);
      }
      long t3 = System.nanoTime();
      int max =
          e.classes().stream()
              .flatMap(c -> dlx.emit.MethodSizes.of(c).values().stream())
              .mapToInt(x -> x)
              .max()
              .orElse(0);
      System.out.printf(
          "TIME %s %d: plan %.0f ms, emit(all) %.0f ms, load %.0f ms; kernels %d classes %d max"
              + " method %d nodes %d%n",
          name,
          n,
          (t1 - t0) / 1e6,
          (t2 - t1) / 1e6,
          (t3 - t2) / 1e6,
          s.kernels().size(),
          e.classes().size(),
          max,
          f.nodes().size());
    }
  }

  @Test
  void times() {
    time("chain", ScaleTest::chain, 1000, 1000, 10000, 10000, 20000);
    time("sum", ScaleTest::sum, 1000, 2000, 4000);
    time("scalars", ScaleTest::scalars, 1000, 10000, 20000);
    time("outputs", ScaleTest::outputs, 500, 1000, 2000);
    time("updates", ScaleTest::updates, 100, 200, 400, 800);
    time("layers", ScaleTest::layers, 100, 200, 400);
    time("replaces", ScaleTest::replaces, 200, 400, 800);
  }
}
