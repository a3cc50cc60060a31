package lab.device.web;

import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.RectF;
import android.text.TextPaint;
import android.text.style.ReplacementSpan;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;

/** A button, a box to tick, a field, a list or an image within a line. Fields are drawn by the view over them. */
final class ControlSpan extends ReplacementSpan {
  private static final int FRAME = 0xff767676;
  private static final int GROUND = 0xffefefef;
  private static final int TICKED = 0xff0075ff;
  private static final float FIELD_WIDTH = 170;
  private static final float LINE = 1.35f;

  final Element element;
  private final float density;
  private final float zoom;
  private final float width;
  private final float height;
  private final Bitmap bitmap;

  /** `room`: how wide it may be. */
  ControlSpan(Element element, float density, float zoom, float room, Bitmap bitmap) {
    this.element = element;
    this.density = density;
    this.zoom = zoom;
    this.bitmap = bitmap;
    float[] size = size();
    float shrink = Math.min(1, room / Math.max(1, size[0]));
    width = size[0] * shrink;
    height = element.kind == Kind.IMAGE ? size[1] * shrink : size[1];
  }

  private TextPaint paint() {
    TextPaint paint = new TextPaint();
    paint.setAntiAlias(true);
    paint.setTextSize(element.style.size * density * zoom);
    paint.setFakeBoldText(element.style.bold);
    return paint;
  }

  private float[] size() {
    float text = element.style.size * density * zoom;
    float[] padding = element.style.padding;
    float wide = element.style.width * density;
    switch (element.kind) {
      case CHECKBOX:
      case RADIO:
        return new float[] {20 * density, 16 * density};
      case FIELD:
        float tall = text * LINE + Math.max(10, padding[0] + padding[2] + 6) * density;
        return new float[] {wide > 0 ? wide : FIELD_WIDTH * density, element.multiline ? tall * 2.2f : tall};
      case IMAGE:
        return image();
      default:
        float label = paint().measureText(element.text) + (element.kind == Kind.SELECT ? 20 * density : 0);
        float across = label + Math.max(16, padding[1] + padding[3] + 4) * density;
        return new float[] {Math.max(wide, across), text * LINE + Math.max(8, padding[0] + padding[2] + 4) * density};
    }
  }

  private float[] image() {
    float across = element.width * density;
    float down = element.height * density;
    if (bitmap != null && (across == 0 || down == 0)) {
      float ratio = bitmap.getHeight() / (float) Math.max(1, bitmap.getWidth());
      across = across > 0 ? across : down > 0 ? down / ratio : bitmap.getWidth() * density;
      down = down > 0 ? down : across * ratio;
    }
    return new float[] {Math.max(1, across), Math.max(1, down)};
  }

  @Override
  public int getSize(Paint paint, CharSequence text, int start, int end, Paint.FontMetricsInt metrics) {
    if (metrics != null) {
      int above = element.kind == Kind.IMAGE ? Math.round(height) : Math.round(height * .72f);
      metrics.ascent = -above;
      metrics.top = -above;
      metrics.descent = Math.round(height) - above;
      metrics.bottom = metrics.descent;
    }
    return Math.round(width);
  }

  @Override
  public void draw(Canvas canvas, CharSequence text, int start, int end, float x, int top, int y, int bottom, Paint line) {
    float above = element.kind == Kind.IMAGE ? height : height * .72f;
    RectF place = new RectF(x, y - above, x + width, y - above + height);
    switch (element.kind) {
      case CHECKBOX:
      case RADIO:
        tick(canvas, place);
        break;
      case IMAGE:
        if (bitmap != null) {
          canvas.drawBitmap(bitmap, null, place, new Paint(Paint.FILTER_BITMAP_FLAG));
        }
        break;
      case FIELD:
        break;
      default:
        button(canvas, place);
    }
  }

  private void button(Canvas canvas, RectF place) {
    Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    boolean own = element.style.background >>> 24 != 0;
    paint.setColor(own ? element.style.background : element.kind == Kind.SELECT ? 0xffffffff : GROUND);
    float radius = Math.max(element.style.radius, 3) * density;
    place.inset(density, density);
    canvas.drawRoundRect(place, radius, radius, paint);
    if (!own || element.style.border > 0) {
      paint.setStyle(Paint.Style.STROKE);
      paint.setStrokeWidth(density);
      paint.setColor(element.style.border > 0 ? element.style.borderColour : FRAME);
      canvas.drawRoundRect(place, radius, radius, paint);
    }
    TextPaint text = paint();
    text.setColor(element.enabled ? element.style.colour : 0xff999999);
    float base = place.centerY() - (text.ascent() + text.descent()) / 2;
    if (element.kind == Kind.SELECT) {
      canvas.drawText(element.text, place.left + 8 * density, base, text);
      canvas.drawText("▾", place.right - 16 * density, base, text);
    } else {
      text.setTextAlign(Paint.Align.CENTER);
      canvas.drawText(element.text, place.centerX(), base, text);
    }
  }

  private void tick(Canvas canvas, RectF place) {
    float side = 13 * density;
    float left = place.left + 3 * density;
    RectF box = new RectF(left, place.centerY() - side / 2, left + side, place.centerY() + side / 2);
    boolean round = element.kind == Kind.RADIO;
    float radius = round ? side / 2 : 2.5f * density;
    Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    paint.setColor(element.checked && !round ? TICKED : 0xffffffff);
    canvas.drawRoundRect(box, radius, radius, paint);
    paint.setStyle(Paint.Style.STROKE);
    paint.setStrokeWidth(density);
    paint.setColor(element.checked ? TICKED : FRAME);
    canvas.drawRoundRect(box, radius, radius, paint);
    if (element.checked && round) {
      paint.setStyle(Paint.Style.FILL);
      canvas.drawCircle(box.centerX(), box.centerY(), side / 4, paint);
    } else if (element.checked) {
      paint.setColor(0xffffffff);
      paint.setStrokeWidth(2 * density);
      canvas.drawLine(box.left + side * .2f, box.centerY(), box.left + side * .42f, box.bottom - side * .25f, paint);
      canvas.drawLine(box.left + side * .42f, box.bottom - side * .25f, box.right - side * .18f, box.top + side * .25f, paint);
    }
  }
}
